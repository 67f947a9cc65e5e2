"""Parameter sets and streams of input_buffer."""

IN = [("data_in", "DATA_WIDTH", "IN_NUM", "BUFFER_SIZE")]
OUT = [("data_out", "DATA_WIDTH", "IN_NUM", "BUFFER_SIZE * REPEAT")]
CASES = [{"DATA_WIDTH": width, "IN_NUM": lanes, "BUFFER_SIZE": size, "REPEAT": repeat}
         for width, lanes, size, repeat in ((8, 1, 1, 1), (8, 2, 1, 4), (5, 3, 2, 2), (7, 4, 3, 5), (9, 8, 8, 3),
                                            (4, 1, 5, 1), (4, 2, 16, 2))]
TENSORS = 6
LATENCY = 2
CYCLES = "BUFFER_SIZE * REPEAT"
