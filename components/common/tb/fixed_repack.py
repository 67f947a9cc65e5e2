"""Parameter sets and streams of fixed_repack."""


def case(precision, columns, rows, before, after, tile_rows=1):
    """One set: (width, frac_width), tensor, columns of a tile before and after, rows of a tile."""
    result = {}
    for side, parallelism in (("DATA_IN_0", before), ("DATA_OUT_0", after)):
        for i in range(2):
            result[f"{side}_PRECISION_{i}"] = precision[i]
            result[f"{side}_TENSOR_SIZE_DIM_{i}"] = (columns, rows)[i]
            result[f"{side}_PARALLELISM_DIM_{i}"] = (parallelism, tile_rows)[i]
    return result


def stream(side):
    return (side.lower(), f"{side}_PRECISION_0", f"{side}_PARALLELISM_DIM_0 * {side}_PARALLELISM_DIM_1",
            f"({side}_TENSOR_SIZE_DIM_0 // {side}_PARALLELISM_DIM_0) * "
            f"({side}_TENSOR_SIZE_DIM_1 // {side}_PARALLELISM_DIM_1)")


IN = [stream("DATA_IN_0")]
OUT = [stream("DATA_OUT_0")]
CASES = [case((8, 3), 8, 1, 4, 2), case((8, 3), 8, 1, 1, 8), case((7, 3), 12, 1, 4, 6), case((5, 1), 6, 3, 2, 3),
         case((8, 3), 12, 4, 3, 4, 2), case((3, 0), 6, 6, 6, 2, 3), case((8, 3), 6, 2, 3, 3, 2)]
LATENCY = ("0 if DATA_IN_0_PARALLELISM_DIM_0 == DATA_OUT_0_PARALLELISM_DIM_0 "
           "else -(-DATA_OUT_0_PARALLELISM_DIM_0 // DATA_IN_0_PARALLELISM_DIM_0)")
DRAIN = "0 if DATA_IN_0_PARALLELISM_DIM_0 == DATA_OUT_0_PARALLELISM_DIM_0 else 1"
CYCLES = f"max({IN[0][3]}, {OUT[0][3]})"
