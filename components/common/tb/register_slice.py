"""Parameter sets and streams of register_slice."""

PACKED = True
IN = [("data_in", "min(DATA_WIDTH, 64)", "max(1, DATA_WIDTH // 64)", 10)]
OUT = [("data_out", "min(DATA_WIDTH, 64)", "max(1, DATA_WIDTH // 64)", 10)]
CASES = [{"DATA_WIDTH": width} for width in (1, 7, 32, 64, 192)]
LATENCY = 1
CYCLES = 10
