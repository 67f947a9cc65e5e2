"""Parameter sets and streams of fixed_linear."""


def case(rows, inputs, outputs, data=(8, 3), weight=(8, 3), bias=(8, 3), out=(8, 3), **more):
    """One set: (size, parallelism) of rows, inputs and outputs; (width, frac_width) of each tensor."""
    result = {"HAS_BIAS": 1, "WEIGHTS_PRE_TRANSPOSED": 0, "DATA_IN_0_SIGNED": 1, "WEIGHT_SIGNED": 1, "BIAS_SIGNED": 1,
              "DATA_OUT_0_SIGNED": 1, "WEIGHT_REPLAY": 1, "ROUNDING": 0, "OVERFLOW": 0} | more
    matrix = (outputs, inputs) if result["WEIGHTS_PRE_TRANSPOSED"] else (inputs, outputs)
    shapes = {"DATA_IN_0": (data, inputs, rows), "WEIGHT": (weight, *matrix), "BIAS": (bias, outputs, (1, 1)),
              "DATA_OUT_0": (out, outputs, rows)}
    for name, (precision, *dims) in shapes.items():
        for i in range(2):
            result[f"{name}_PRECISION_{i}"] = precision[i]
            result[f"{name}_TENSOR_SIZE_DIM_{i}"], result[f"{name}_PARALLELISM_DIM_{i}"] = dims[i]
    return result


TILES = {name: f"({name}_TENSOR_SIZE_DIM_0 // {name}_PARALLELISM_DIM_0) * "
               f"({name}_TENSOR_SIZE_DIM_1 // {name}_PARALLELISM_DIM_1)"
         for name in ("DATA_IN_0", "WEIGHT", "BIAS", "DATA_OUT_0")}
ROW_BLOCKS = "(DATA_IN_0_TENSOR_SIZE_DIM_1 // DATA_IN_0_PARALLELISM_DIM_1)"
IN_BLOCKS = "(DATA_IN_0_TENSOR_SIZE_DIM_0 // DATA_IN_0_PARALLELISM_DIM_0)"
OUT_BLOCKS = "(DATA_OUT_0_TENSOR_SIZE_DIM_0 // DATA_OUT_0_PARALLELISM_DIM_0)"
PASSES = f"(1 if WEIGHT_REPLAY else {ROW_BLOCKS})"


def stream(port, name, times="1"):
    return (port, f"{name}_PRECISION_0", f"{name}_PARALLELISM_DIM_0 * {name}_PARALLELISM_DIM_1",
            f"{TILES[name]} * {times}")


IN = [stream("data_in_0", "DATA_IN_0"), stream("weight", "WEIGHT", PASSES),
      stream("bias", "BIAS", f"{PASSES} * HAS_BIAS")]
OUT = [stream("data_out_0", "DATA_OUT_0")]

CASES = [
    case((1, 1), (4, 4), (8, 4)),
    case((1, 1), (4, 2), (8, 4)),
    case((1, 1), (1, 1), (1, 1)),
    case((1, 1), (9, 3), (5, 1), (7, 3), (5, 4), (6, 2), (9, 4)),
    case((1, 1), (15, 5), (6, 3), (8, 3), (8, 3), (10, 9), (13, 7)),
    case((1, 1), (16, 4), (5, 5), (8, 3), (8, 5), (16, 8), (8, 3), ROUNDING=1),
    case((1, 1), (12, 1), (3, 3), (6, -2), (5, 7), (4, -3), (6, 1), ROUNDING=2, OVERFLOW=1),
    case((1, 1), (8, 8), (8, 8), (8, 4), (8, 4), (8, 12), (8, 4)),
    case((1, 1), (7, 7), (3, 1), (4, 2), (3, 1), (3, 2), (20, 6)),
    case((1, 1), (6, 2), (4, 2), (8, 3), (8, 3), (8, 3), (12, 5), HAS_BIAS=0),
    case((1, 1), (6, 6), (4, 4), (8, 3), (8, 3), (8, 3), (19, 6), HAS_BIAS=0),
    case((1, 1), (6, 2), (4, 2), (8, 3), (8, 3), (8, 3), (8, 3), OVERFLOW=2),
    case((1, 1), (10, 5), (4, 2), (8, 4), (6, 3), (8, 3), (8, 4), DATA_IN_0_SIGNED=0, DATA_OUT_0_SIGNED=0),
    case((1, 1), (10, 5), (4, 2), (8, 4), (6, 3), (8, 9), (8, 4), WEIGHT_SIGNED=0, BIAS_SIGNED=0),
    case((3, 1), (6, 2), (4, 2)),
    case((3, 1), (6, 2), (4, 2), WEIGHT_REPLAY=0),
    case((4, 2), (6, 3), (4, 2), (8, 3), (7, 3), (9, 4), (10, 5)),
    case((4, 4), (6, 3), (4, 1), (8, 3), (7, 3), (9, 4), (10, 5)),
    case((6, 2), (4, 4), (3, 3), (8, 3), (7, 3), (9, 4), (10, 5)),
    case((4, 2), (6, 3), (4, 2), HAS_BIAS=0),
    case((1, 1), (6, 2), (8, 4), WEIGHTS_PRE_TRANSPOSED=1),
    case((1, 1), (6, 6), (8, 4), WEIGHTS_PRE_TRANSPOSED=1),
    case((1, 1), (6, 3), (5, 5), WEIGHTS_PRE_TRANSPOSED=1),
    case((4, 2), (6, 3), (4, 2), (8, 3), (7, 3), (9, 4), (10, 5), WEIGHTS_PRE_TRANSPOSED=1),
    case((4, 2), (6, 3), (4, 2), (8, 3), (7, 3), (9, 4), (10, 5), WEIGHTS_PRE_TRANSPOSED=1, WEIGHT_REPLAY=0),
    case((1, 1), (8, 4), (2, 1), (24, 12), (24, 12), (32, 20), (32, 16)),
    case((1, 1), (4, 2), (4, 2), (2, 1), (1, 0), (1, 0), (2, 0)),
    case((1, 1), (2, 1), (4, 2), (2, 1), (2, 1), (8, 2), (12, 2)),
]

CYCLES = f"{ROW_BLOCKS} * {IN_BLOCKS} * {OUT_BLOCKS}"
BUFFER = (f"(2 if (not WEIGHTS_PRE_TRANSPOSED and {OUT_BLOCKS} > 1) or (WEIGHT_REPLAY and {ROW_BLOCKS} > 1) else 0)")
DRAIN = f"3 + {BUFFER}"
LATENCY = f"({IN_BLOCKS} - 1) * ({OUT_BLOCKS} if WEIGHTS_PRE_TRANSPOSED else 1) + 3 + {BUFFER}"
