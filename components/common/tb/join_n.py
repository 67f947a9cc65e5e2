"""Streams of join_n, with data around its handshake."""

TOP = "join_n_bench"
HARNESS = ["join_n_bench.sv"]
PACKED = True
CLOCKED = False
IN = [(f"data_in_{i}", 8, 1, 16) for i in range(3)]
OUT = [("data_out", 8, 3, 16)]
CASES = [{}]
CYCLES = 16
