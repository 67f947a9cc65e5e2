"""Parameter sets, memory images and the stream of mase_rom_source, as emission wraps it.

Element e of row r holds (37 * (r * lanes + e) + 11) mod 2^width; a row is one number, element 0 most significant.
"""


def image(lanes, width, depth):
    rows = []
    for row in range(depth):
        number = 0
        for element in range(lanes):
            number = number << width | (37 * (row * lanes + element) + 11) % (1 << width)
        rows.append(format(number, f"0{-(-lanes * width // 4)}x"))
    return "\n".join(rows) + "\n"


def case(index, width, tile, tiles):
    """One set: width of an element, tile shape (DIM_0, DIM_1), tiles along each dimension."""
    result = {"MEM_FILE": f"rom_{index}.dat", "WEIGHT_PRECISION_0": width, "WEIGHT_PRECISION_1": 3}
    for i in range(2):
        result[f"WEIGHT_TENSOR_SIZE_DIM_{i}"] = tile[i] * tiles[i]
        result[f"WEIGHT_PARALLELISM_DIM_{i}"] = tile[i]
    return result


SHAPES = [(8, (1, 1), (1, 1)), (8, (4, 1), (1, 2)), (5, (3, 1), (7, 1)), (7, (4, 4), (1, 5)), (1, (1, 2), (3, 1)),
          (13, (5, 2), (2, 3))]
FILES = {f"rom_{i}.dat": image(tile[0] * tile[1], width, tiles[0] * tiles[1])
         for i, (width, tile, tiles) in enumerate(SHAPES)}

TOP = "node_weight_source"
HARNESS = ["node_weight_source.sv"]
ENDLESS = True
CYCLES = ("(WEIGHT_TENSOR_SIZE_DIM_0 // WEIGHT_PARALLELISM_DIM_0) * "
          "(WEIGHT_TENSOR_SIZE_DIM_1 // WEIGHT_PARALLELISM_DIM_1)")
IN = []
OUT = [("data_out", "WEIGHT_PRECISION_0", "WEIGHT_PARALLELISM_DIM_0 * WEIGHT_PARALLELISM_DIM_1", CYCLES)]
CASES = [case(i, *shape) for i, shape in enumerate(SHAPES)]
LATENCY = 1
