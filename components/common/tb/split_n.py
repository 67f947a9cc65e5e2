"""Streams of split_n, with data around its handshake."""

TOP = "split_n_bench"
HARNESS = ["split_n_bench.sv"]
PACKED = True
IN = [("data_in", 8, 1, 16)]
OUT = [(f"data_out_{i}", 8, 1, 16) for i in range(3)]
CASES = [{}]
CYCLES = 16
