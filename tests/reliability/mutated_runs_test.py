#!/usr/bin/env python3
"""Shipped recipes, randomly damaged, through `mase run`: exit status 0, 1 or 2, and nothing written outside --out.

mutated_runs_test.py [N [SEED]]: how many, 10 unless told, and where the random numbers begin."""
import hashlib
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from program import command, environment, expect, scratch  # noqa: E402
from script import Skip, main  # noqa: E402

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 10
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 0
SECONDS = 180         # then Ctrl-C: a mutation may ask for a long but honest run
SMALL = {"epochs": 1, "trials": 3, "samples": 4, "finetune": 1, "repeats": 1, "short": 1, "middle": 1, "long": 1}
NUMBER = re.compile(r"(?<![\w.])-?\d+(\.\d+)?(e-?\d+)?(?![\w.])")
NUMBERS = ["0", "-1", "1", "2", "3", "7", "0.5", "-0.25", "1e300", "64", "65", "9223372036854775807", ".nan", "1.0", "null", "yes", "''"]
JUNK = [":", "-", "{", "}", "[", "]", "'", '"', "#", "$", "&a", "*a", "!!int", "\t", "  ", "\n", "$epochs", "${env:HOME}", "é", "\0", "---\n", "../x", "? "]


def mutated(text, rng):
    lines = text.splitlines(keepends=True)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        kind, at = rng.randrange(11), rng.randrange(len(lines))
        if kind == 0:
            lines.pop(at)
        elif kind == 1:
            lines.insert(rng.randrange(len(lines)), lines[at])
        elif kind == 2:
            other = rng.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        elif kind == 3:
            words = re.findall(r"[\w.$]+", text)
            found = list(re.finditer(r"[\w.$]+", lines[at])) or [re.match("", "")]
            place = rng.choice(found)
            lines[at] = lines[at][:place.start()] + rng.choice(words) + lines[at][place.end():]
        elif kind == 4:
            lines[at] = rng.choice(["", " ", "  ", "    "]) + lines[at].lstrip(" ")
        elif kind == 5:
            place = rng.randrange(len(lines[at]) + 1)
            lines[at] = lines[at][:place] + rng.choice(JUNK) + lines[at][place + rng.randrange(3):]
        else:
            found = [(i, m) for i, line in enumerate(lines) for m in NUMBER.finditer(line.split("#")[0])]
            if found:
                i, m = rng.choice(found)
                lines[i] = lines[i][:m.start()] + rng.choice(NUMBERS) + lines[i][m.end():]
        lines = lines or ["\n"]
    return "".join(lines)


def small_params(text):
    """--set for the params that this recipe still declares."""
    declared = set(re.findall(r"(?:^  |[{,] ?)(\w+):", text, re.M))
    return [f"--set={name}={value}" for name, value in SMALL.items() if name in declared]


def tree(folder, leave_out):
    """What lies in a folder: names, kinds and contents."""
    found = {}
    for place, folders, files in os.walk(folder):
        folders[:] = [f for f in folders if pathlib.Path(place) / f != leave_out]
        for name in folders:
            found[os.path.join(place, name)] = "folder"
        for name in files:
            path = pathlib.Path(place, name)
            found[str(path)] = os.readlink(path) if path.is_symlink() else hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def run_one(folder, recipe, out):
    """Exit status and output; a run that takes long is told to stop, as with Ctrl-C."""
    home, temporary = folder / "home", folder / "tmp"
    # Verilator's makefiles use ccache; what that keeps is not the run's.
    cache = os.environ.get("CCACHE_DIR", str(pathlib.Path.home() / ".cache/ccache"))
    process = subprocess.Popen(command("run", recipe, "--out", out, *small_params(recipe.read_text(errors="replace"))),
                               cwd=folder / "deep/er/work", env=environment(HOME=str(home), TMPDIR=str(temporary), CCACHE_DIR=cache),
                               text=True, errors="replace",
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        return process.communicate(timeout=SECONDS)[0], process.returncode
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
        try:
            output = process.communicate(timeout=60)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            return process.communicate()[0] + f"\nstill there 60 s after SIGINT (it had {SECONDS} s)", -9
        return output, 0 if process.returncode == 130 else process.returncode


def keep(text, seed):
    kept = pathlib.Path(os.environ.get("TMPDIR", "/tmp")) / f"mase-mutated-{seed}.yaml"
    kept.write_text(text)
    return kept


def mutated_recipes_run_or_are_refused():
    shipped = sorted(f for f in (ROOT / "recipes").glob("*.yaml"))
    statuses = {0: 0, 1: 0, 2: 0}
    with scratch() as name:
        folder = pathlib.Path(name)
        work = folder / "deep/er/work"
        for made in ("deep/er/work", "home", "tmp"):
            (folder / made).mkdir(parents=True)
        shutil.copytree(ROOT / "recipes", work / "recipes")
        (work.parent / "shared").symlink_to((ROOT.parent / "shared").resolve())
        (work / ".deps").symlink_to((ROOT / ".deps").resolve())
        out = folder / "out"
        for number in range(COUNT):
            rng = random.Random(f"{SEED}/{number}")
            source = rng.choice(shipped)
            recipe = work / "recipes" / f"mutated_{number}.yaml"
            text = mutated(source.read_text(), rng)
            recipe.write_text(text)
            before = tree(folder, out)
            output, status = run_one(folder, recipe, out)
            expect(status in statuses, f"exit status {status} for {keep(text, f'{SEED}-{number}')} (from {source.name})\n{output[-2000:]}")
            expect("terminate called" not in output and "Traceback" not in output, f"{keep(text, f'{SEED}-{number}')}\n{output[-2000:]}")
            expect(status == 0 or output.strip(), f"exit status {status} without a word for {keep(text, f'{SEED}-{number}')}")
            after = tree(folder, out)
            changed = sorted(p for p in before.keys() | after.keys() if before.get(p) != after.get(p))
            expect(not changed, f"written outside --out: {changed[:5]} by {keep(text, f'{SEED}-{number}')} (from {source.name})")
            statuses[status] += 1
            recipe.unlink()
            shutil.rmtree(out, ignore_errors=True)
    print(f"{COUNT} mutated recipes: {statuses[0]} ran, {statuses[1]} failed, {statuses[2]} were refused")


if __name__ == "__main__":
    if not (ROOT / "recipes").exists():
        raise Skip("no recipes")
    main(mutated_recipes_run_or_are_refused)
