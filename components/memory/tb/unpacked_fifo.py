"""Parameter sets and streams of unpacked_fifo."""

IN = [("data_in", "DATA_WIDTH", "IN_NUM", 20)]
OUT = [("data_out", "DATA_WIDTH", "IN_NUM", 20)]
CASES = [{"DATA_WIDTH": width, "IN_NUM": lanes, "DEPTH": depth}
         for width, lanes, depth in ((8, 1, 1), (5, 3, 2), (7, 4, 3), (9, 20, 7))]
LATENCY = "1 if DEPTH == 1 else 2"
CYCLES = 20
