"""Parameter sets and streams of fixed_stream_cast: fixed_relu's without INPLACE."""

import pathlib
import runpy

RELU = runpy.run_path(str(pathlib.Path(__file__).parents[2] / "activation_layers/tb/fixed_relu.py"))

IN = RELU["IN"]
OUT = RELU["OUT"]
CYCLES = RELU["CYCLES"]
CASES = [{key: value for key, value in params.items() if key != "INPLACE"} for params in RELU["PRECISIONS"]]
