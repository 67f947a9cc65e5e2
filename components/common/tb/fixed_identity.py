"""Parameter sets and streams of fixed_identity."""


def case(precision, parallelism, beats):
    """One set: (width, frac_width), tile shape (DIM_0, DIM_1), tiles along each dimension."""
    result = {}
    for side in ("DATA_IN_0", "DATA_OUT_0"):
        for i in range(2):
            result[f"{side}_PRECISION_{i}"] = precision[i]
            result[f"{side}_TENSOR_SIZE_DIM_{i}"] = parallelism[i] * beats[i]
            result[f"{side}_PARALLELISM_DIM_{i}"] = parallelism[i]
    return result


IN = [("data_in_0", "DATA_IN_0_PRECISION_0", "DATA_IN_0_PARALLELISM_DIM_0 * DATA_IN_0_PARALLELISM_DIM_1", 6)]
OUT = [("data_out_0", "DATA_OUT_0_PRECISION_0", "DATA_OUT_0_PARALLELISM_DIM_0 * DATA_OUT_0_PARALLELISM_DIM_1", 6)]
CASES = [case((8, 3), (1, 1), (6, 1)), case((7, 9), (3, 2), (2, 3)), case((1, 0), (5, 1), (1, 6))]
CYCLES = 6
