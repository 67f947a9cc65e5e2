"""Parameter sets and streams of fixed_leaky_relu_shift: fixed_relu's, with several shifts."""

import pathlib
import runpy

RELU = runpy.run_path(str(pathlib.Path(__file__).with_name("fixed_relu.py")))

IN = RELU["IN"]
OUT = RELU["OUT"]
CYCLES = RELU["CYCLES"]
CASES = [
    params | {"NEGATIVE_SLOPE_SHIFT": shift}
    for i, params in enumerate(RELU["PRECISIONS"])
    for shift in (i % 5, 7 + i)
]
