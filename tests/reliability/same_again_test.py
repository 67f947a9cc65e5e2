#!/usr/bin/env python3
"""A run is a function of recipe, seed and threads: twice the same run.json, tables, model and best.yaml."""
import hashlib
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import difference, expect, lasting_record, mase, record, scratch, succeed  # noqa: E402
from script import main  # noqa: E402
from stopped_run_test import RECIPE, tables  # noqa: E402


def files(run):
    """sha256 of what must be the same byte for byte."""
    kept = [*pathlib.Path(run).glob("model/*"), *pathlib.Path(run).rglob("best.yaml"), *pathlib.Path(run).rglob("*.svg")]
    return {str(f.relative_to(run)): hashlib.sha256(f.read_bytes()).hexdigest() for f in sorted(kept)}


def recipe_in(folder, **changes):
    file = pathlib.Path(folder) / "again.yaml"
    text = RECIPE.format(epochs=3, trials=60)
    text += "  - {use: report.plot, name: history, with: {from: formats, x: trial, y: [score], running: max}}\n"
    for old, new in changes.items():
        text = text.replace(old, new)
    file.write_text(text)
    return file


def the_same_recipe_gives_the_same_run():
    with scratch() as folder:
        recipe, one, two = recipe_in(folder), pathlib.Path(folder) / "one", pathlib.Path(folder) / "two" / "with" / "a longer name"
        succeed("run", recipe, "--out", one, "--threads", "1")
        succeed("run", recipe, "--out", two, "--threads", "1", cwd="/", LC_ALL="C", TZ="Pacific/Auckland")
        expect(not (found := difference(lasting_record(one), lasting_record(two), "run.json")), f"they differ: {found}")
        expect(not (found := difference(tables(one), tables(two))), f"tables differ: {found}")
        expect(files(one), "there is nothing to compare")
        expect(not (found := difference(files(one), files(two))), f"files differ: {found}")


def another_seed_gives_another_run():
    with scratch() as folder:
        recipe, one, two = recipe_in(folder), pathlib.Path(folder) / "one", pathlib.Path(folder) / "two"
        succeed("run", recipe, "--out", one)
        succeed("run", recipe_in(folder, **{"seed: 3": "seed: 4"}), "--out", two)
        expect(difference(record(one)["metrics"], record(two)["metrics"]), "two seeds, and the metrics are the same")


def best_yaml_reproduces_the_best_trial():
    with scratch() as folder:
        recipe, one, two = recipe_in(folder), pathlib.Path(folder) / "one", pathlib.Path(folder) / "two"
        succeed("run", recipe, "--out", one)
        best = one / "formats" / "best.yaml"
        expect("$" not in "".join(line for line in best.read_text().splitlines() if not line.startswith("#")),
               f"a domain is left:\n{best.read_text()}")
        succeed("run", best, "--out", two)
        table = tables(one)["formats/trials.csv"]
        row = next(dict(zip(table[0], row)) for row in table if row[0] == str(record(one)["metrics"]["formats.best_trial"]))
        metrics = record(two)["metrics"]
        for name in ("accuracy", "average_bitwidth"):
            expect(float(row[name]) == metrics[name], f"{name}: {row[name]} in the trial, {metrics[name]} again\n{best.read_text()}")


def steps_behind_an_edited_one_run_again():
    """--from starts with the graph that the earlier run had there."""
    with scratch() as folder:
        recipe, run = recipe_in(folder), pathlib.Path(folder) / "run"
        succeed("run", recipe, "--out", run)
        before = record(run)
        succeed("run", recipe_in(folder, **{"quantized": "after"}), "--out", run, "--from", "formats")
        after = record(run)
        expect(after["metrics"]["after.accuracy"] == before["metrics"]["quantized.accuracy"], "the same search, another result")
        again = mase("run", recipe_in(folder, **{"learning_rate: 0.01": "learning_rate: 0.02"}), "--out", run, "--from", "formats")
        expect(again.returncode == 2, f"a step before --from was edited: exit status {again.returncode}\n{again.stdout}")


def compare_shows_what_set_gave():
    """The recipe's text is the same, so that only --set tells two runs apart."""
    with scratch() as folder:
        recipe, one, two = recipe_in(folder), pathlib.Path(folder) / "one", pathlib.Path(folder) / "two"
        succeed("run", recipe, "--out", one, "--set", "epochs=1", "--set", "trials=2")
        succeed("run", recipe, "--out", two, "--set", "epochs=2")
        lines = [line.split() for line in succeed("compare", one, two).splitlines()]
        for row in (["--set", "one", "two"], ["epochs", "1", "2"], ["trials", "2", "-"]):
            expect(row in lines, f"mase compare has no line {row}:\n{lines}")
        found = [run["set"] for run in json.loads(succeed("compare", one, two, "--json"))]
        expect(found == [{"epochs": "1", "trials": "2"}, {"epochs": "2"}], f"--json says {found}")


if __name__ == "__main__":
    main(the_same_recipe_gives_the_same_run, another_seed_gives_another_run, best_yaml_reproduces_the_best_trial,
         steps_behind_an_edited_one_run_again, compare_shows_what_set_gave)
