"""Parameter sets, memory images and streams of mase_rom_source.

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


SHAPES = [(1, 8, 1), (4, 8, 2), (3, 5, 7), (16, 7, 5), (2, 1, 3)]
FILES = {f"rom_{i}.dat": image(*shape) for i, shape in enumerate(SHAPES)}

PACKED = True
ENDLESS = True
HIDDEN = ("lanes", "element_width")
IN = []
OUT = [("data_out", "element_width", "lanes", "Depth")]
CASES = [{"MemFile": f"rom_{i}.dat", "Width": lanes * width, "Depth": depth, "lanes": lanes, "element_width": width}
         for i, (lanes, width, depth) in enumerate(SHAPES)]
LATENCY = 1
CYCLES = "Depth"
