#!/usr/bin/env python3
"""The same seed proposes the same trials, another seed or sampler others, and a search that was stopped goes on as if it
had not been. Arguments: mase, plugins."""
import csv
import pathlib
import subprocess
import sys
import tempfile

mase, plugins = sys.argv[1:]
recipe = pathlib.Path(__file__).parent / "recipes" / "widths.yaml"


def proposals(out, *options):
    """The parameters of every trial."""
    command = [mase, "-q", "--plugins", plugins, "run", recipe, "--set", "epochs=2", "--out", out, *options]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    with open(pathlib.Path(out, "formats", "trials.csv"), newline="") as file:
        return [[cell for name, cell in row.items() if "/" in name] for row in csv.DictReader(file)]


with tempfile.TemporaryDirectory() as folder:
    first = proposals(f"{folder}/first")
    assert len(first) == 40 and len({tuple(p) for p in first}) == 40, "40 different proposals"
    assert proposals(f"{folder}/again") == first, "the same recipe, the same proposals"
    assert proposals(f"{folder}/short", "--set", "trials=25") == first[:25], "a proposal depends on what came before it alone"
    random = proposals(f"{folder}/random", "--set", "sampler=search.random")
    assert random != first, "search.random proposes others"

    # Behind the random start, a child has most of its parameters from one of its elders.
    def shared(child, elders):
        return max(sum(a == b for a, b in zip(child, elder)) for elder in elders)
    kept = sum(shared(first[i], first[:i]) for i in range(12, 40))
    by_chance = sum(shared(random[i], random[:i]) for i in range(12, 40))
    print(f"children share {kept / 28:.1f} parameters with an elder, random trials {by_chance / 28:.1f}")
    assert kept > by_chance
