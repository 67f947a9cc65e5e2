#!/usr/bin/env python3
"""Folding changes the graph and not the function: same accuracy, same loss but for rounding. Arguments: mase, plugins."""
import json
import pathlib
import subprocess
import sys
import tempfile

mase, plugins = sys.argv[1:]
recipe = pathlib.Path(__file__).parent / "recipes" / "fold.yaml"
with tempfile.TemporaryDirectory() as out:
    subprocess.run([mase, "--plugins", plugins, "run", recipe, "--out", f"{out}/run", "--until", "folded_loss"], check=True)
    metrics = json.loads(pathlib.Path(out, "run", "run.json").read_text())["metrics"]
difference = abs(metrics["trained_loss.loss"] - metrics["folded_loss.loss"])
print(f"losses differ by {difference:.2g}")
sys.exit(metrics["trained.accuracy"] != metrics["folded.accuracy"] or difference > 1e-5)
