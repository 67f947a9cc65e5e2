"""Parameter sets and streams of fifo."""

PACKED = True
NAMES = lambda stream: (stream + "_data", stream + "_valid", stream + "_ready")  # noqa: E731
UNCONNECTED = ["empty", "full"]
IN = [("in", "DATA_WIDTH", 1, 3 * 17)]
OUT = [("out", "DATA_WIDTH", 1, 3 * 17)]
CASES = [{"DATA_WIDTH": width, "DEPTH": depth} for width, depth in ((8, 1), (8, 2), (5, 3), (33, 4), (7, 5), (8, 16),
                                                                     (1, 17))]
LATENCY = "1 if DEPTH == 1 else 2"
CYCLES = 3 * 17
