"""Parameter sets and streams of fixed_flatten."""


def case(precision, columns, rows, parallelism):
    """One set: (width, frac_width), the tensor before, elements of a beat."""
    shapes = {"DATA_IN_0": (columns, rows), "DATA_OUT_0": (columns * rows, 1)}
    result = {}
    for side, shape in shapes.items():
        for i in range(2):
            result[f"{side}_PRECISION_{i}"] = precision[i]
            result[f"{side}_TENSOR_SIZE_DIM_{i}"] = shape[i]
            result[f"{side}_PARALLELISM_DIM_{i}"] = (parallelism, 1)[i]
    return result


BEATS = "DATA_OUT_0_TENSOR_SIZE_DIM_0 // DATA_OUT_0_PARALLELISM_DIM_0"
IN = [("data_in_0", "DATA_IN_0_PRECISION_0", "DATA_IN_0_PARALLELISM_DIM_0", BEATS)]
OUT = [("data_out_0", "DATA_OUT_0_PRECISION_0", "DATA_OUT_0_PARALLELISM_DIM_0", BEATS)]
CASES = [case((8, 3), 2, 2, 1), case((7, 3), 6, 4, 3), case((5, -1), 5, 3, 5)]
CYCLES = BEATS
