"""Streams of join2, with data around its handshake."""

TOP = "join2_bench"
HARNESS = ["join2_bench.sv"]
PACKED = True
CLOCKED = False
IN = [(f"data_in_{i}", 8, 1, 16) for i in range(2)]
OUT = [("data_out", 8, 2, 16)]
CASES = [{}]
CYCLES = 16
