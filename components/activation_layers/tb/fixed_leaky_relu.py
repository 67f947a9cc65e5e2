"""Parameter sets and streams of fixed_leaky_relu: fixed_relu's, with several slopes."""

import pathlib
import runpy

RELU = runpy.run_path(str(pathlib.Path(__file__).with_name("fixed_relu.py")))
SLOPES = [(8, 7, 1), (8, 7, 13), (8, 8, -128), (5, 2, 7), (4, -2, 3), (3, 0, -1), (12, 16, 655), (1, 0, -1),
          (16, 20, 32767), (8, 3, 0)]

IN = RELU["IN"]
OUT = RELU["OUT"]
CYCLES = RELU["CYCLES"]
CASES = [
    params | {"NEGATIVE_SLOPE_PRECISION_0": width, "NEGATIVE_SLOPE_PRECISION_1": frac, "NEGATIVE_SLOPE_VALUE": value}
    for i, params in enumerate(RELU["PRECISIONS"])
    for width, frac, value in (SLOPES[i % len(SLOPES)], SLOPES[(3 * i + 1) % len(SLOPES)])
]
