"""Parameter sets and streams of unpacked_skid_buffer."""

IN = [("data_in", "DATA_WIDTH", "IN_NUM", 10)]
OUT = [("data_out", "DATA_WIDTH", "IN_NUM", 10)]
CASES = [{"DATA_WIDTH": width, "IN_NUM": lanes} for width, lanes in ((8, 1), (5, 3), (9, 20))]
LATENCY = 1
CYCLES = 10
