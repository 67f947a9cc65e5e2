#!/usr/bin/env python3
"""recipes/brute_force.yaml against all sixteen configurations worked out here, from the saved weights, without mase."""
import csv
import json
import math
import pathlib
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data" / "jsc"
VALIDATION = range(3584, 4096)


def read_npy(path, kind, columns):
    """Rows of a little-endian C-order array."""
    data = path.read_bytes()
    start = 10 + int.from_bytes(data[8:10], "little")
    values = [v for (v,) in struct.iter_unpack("<" + kind, data[start:])]
    return [values[i:i + columns] for i in range(0, len(values), columns)]


def read_safetensors(path):
    data = path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    tensors = {}
    for name, info in json.loads(data[8:8 + size]).items():
        if name != "__metadata__" and info["dtype"] == "F32":
            first, end = info["data_offsets"]
            tensors[name] = [v for (v,) in struct.iter_unpack("<f", data[8 + size + first:8 + size + end])]
    return tensors


def quantize(x, width, frac_width):
    """Nearest even, saturated."""
    code = round(math.ldexp(x, frac_width))
    return math.ldexp(min(max(code, -(1 << (width - 1))), (1 << (width - 1)) - 1), -frac_width)


def accuracy(rows, labels, tensors, data_format, weight_format):
    """jsc_tiny: batch norm, ReLU, a quantized linear, ReLU. Its bias lies on the grid of the products."""
    t = tensors
    scale = [w / math.sqrt(v + 1e-5) for w, v in zip(t["seq_blocks.0.weight"], t["seq_blocks.0.running_var"])]
    weight = [quantize(w, *weight_format) for w in t["seq_blocks.2.weight"]]
    grid = data_format[1] + weight_format[1]
    bias = [math.ldexp(round(math.ldexp(b, grid)), -grid) for b in t["seq_blocks.2.bias"]]
    right = 0
    for row, label in zip(rows, labels):
        x = [(v - m) * s + b for v, m, s, b in
             zip(row, t["seq_blocks.0.running_mean"], scale, t["seq_blocks.0.bias"])]
        x = [quantize(max(v, 0.0), *data_format) for v in x]
        logits = [max(0.0, bias[k] + sum(a * b for a, b in zip(x, weight[16 * k:16 * k + 16]))) for k in range(5)]
        right += logits.index(max(logits)) == label
    return right / len(rows)


def main():
    program = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "bin" / "mase"
    for needed in (program, DATA / "X_5120x16_f32.npy"):
        if not needed.exists():
            print(f"SKIP: {needed} does not exist")
            return 0
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, "run")
        subprocess.run([program, "run", ROOT / "recipes" / "brute_force.yaml", "--out", out], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        tensors = read_safetensors(out / "training" / "model" / "tensors.safetensors")
        metrics = json.loads((out / "run.json").read_text())["metrics"]
        with open(out / "formats" / "trials.csv", newline="") as file:
            trials = list(csv.DictReader(file))
    inputs = read_npy(DATA / "X_5120x16_f32.npy", "f", 16)
    targets = read_npy(DATA / "y_5120_i64.npy", "q", 1)
    rows, labels = [inputs[i] for i in VALIDATION], [targets[i][0] for i in VALIDATION]

    def expected(trial):
        formats = [json.loads(trial[f"quant.quantize/{name}"]) for name in ("data_in", "weight")]
        return accuracy(rows, labels, tensors, *[(f["width"], f["frac_width"]) for f in formats])

    values = [expected(trial) for trial in trials]
    wrong = [t["trial"] for t, value in zip(trials, values) if float(t["accuracy"]) != value]
    ties = {t["trial"] for t, value in zip(trials, values) if value == max(values)}
    marked = {t["trial"] for t in trials if t["best"] == "true"}
    print(f"{len(trials)} trials, best {max(values)} in {sorted(ties)}; mase says {metrics['formats.best_value']} in {sorted(marked)}")
    assert len(trials) == 16 and len({(t["quant.quantize/data_in"], t["quant.quantize/weight"]) for t in trials}) == 16
    assert not wrong, f"another accuracy in trials {wrong}"
    assert metrics["formats.best_value"] == max(values) and marked == ties
    return 0


if __name__ == "__main__":
    sys.exit(main())
