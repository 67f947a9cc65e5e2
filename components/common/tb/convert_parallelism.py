"""Parameter sets and streams of convert_parallelism."""

IN = [("data_in", "DATA_WIDTH", "DATA_IN_PARALLELISM", "2 * DATA_OUT_PARALLELISM")]
OUT = [("data_out", "DATA_WIDTH", "DATA_OUT_PARALLELISM", "2 * DATA_IN_PARALLELISM")]
CASES = [{"DATA_WIDTH": width, "DATA_IN_PARALLELISM": before, "DATA_OUT_PARALLELISM": after}
         for width, before, after in ((8, 4, 2), (8, 2, 4), (7, 1, 5), (5, 5, 1), (3, 3, 2), (8, 2, 3), (8, 6, 4),
                                      (9, 4, 6), (1, 7, 5), (4, 5, 7), (8, 3, 3))]
LATENCY = "0 if DATA_IN_PARALLELISM == DATA_OUT_PARALLELISM else -(-DATA_OUT_PARALLELISM // DATA_IN_PARALLELISM)"
DRAIN = "0 if DATA_IN_PARALLELISM == DATA_OUT_PARALLELISM else 1"
CYCLES = "2 * max(DATA_IN_PARALLELISM, DATA_OUT_PARALLELISM)"
