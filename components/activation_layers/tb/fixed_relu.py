"""Parameter sets and streams of fixed_relu."""

SHARED = {"INPLACE": 0, "DATA_IN_0_SIGNED": 1, "DATA_OUT_0_SIGNED": 1, "ROUNDING": 0, "OVERFLOW": 0}


def case(precision_in, precision_out, parallelism=(1, 1), beats=(8, 1), **more):
    """One set: [width, frac_width] on both sides, tile shape (DIM_0, DIM_1), tiles along each dimension."""
    result = dict(SHARED)
    for side, precision in (("DATA_IN_0", precision_in), ("DATA_OUT_0", precision_out)):
        for i in range(2):
            result[f"{side}_PRECISION_{i}"] = precision[i]
            result[f"{side}_TENSOR_SIZE_DIM_{i}"] = parallelism[i] * beats[i]
            result[f"{side}_PARALLELISM_DIM_{i}"] = parallelism[i]
    return result | more


def stream(side):
    return (side.lower(), f"{side}_PRECISION_0", f"{side}_PARALLELISM_DIM_0 * {side}_PARALLELISM_DIM_1",
            f"{side}_TENSOR_SIZE_DIM_0 * {side}_TENSOR_SIZE_DIM_1 // "
            f"({side}_PARALLELISM_DIM_0 * {side}_PARALLELISM_DIM_1)")


# The precisions that every elementwise module is tried with.
PRECISIONS = [
    case((8, 3), (8, 3)),
    case((8, 3), (8, 3), (4, 1), (2, 1)),
    case((7, 3), (5, 1), (3, 2), (5, 3)),
    case((8, 4), (6, 6), (5, 1), ROUNDING=1),
    case((9, 6), (4, 2), (1, 3), ROUNDING=2, OVERFLOW=1),
    case((16, -2), (13, 3), (2, 1), OVERFLOW=2),
    case((5, 9), (11, 4), (2, 2), ROUNDING=1),
    case((8, 3), (8, 5), (2, 1), DATA_IN_0_SIGNED=0),
    case((10, 5), (7, 3), (2, 1), DATA_OUT_0_SIGNED=0, OVERFLOW=1),
    case((1, 0), (1, 0)),
    case((2, 1), (1, 0), (7, 1)),
    case((32, 16), (24, -3), (2, 1)),
]

IN = [stream("DATA_IN_0")]
OUT = [stream("DATA_OUT_0")]
CASES = PRECISIONS
CYCLES = IN[0][3]
