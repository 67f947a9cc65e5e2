"""Streams of split2, with data around its handshake."""

TOP = "split2_bench"
HARNESS = ["split2_bench.sv"]
PACKED = True
IN = [("data_in", 8, 1, 16)]
OUT = [(f"data_out_{i}", 8, 1, 16) for i in range(2)]
CASES = [{}]
CYCLES = 16
