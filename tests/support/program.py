"""For tests that call the program as a user would: `mase`, its run records, and recipes written for one test."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from script import Skip, expect

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / os.environ.get("MASE", "build/bin/mase")
SECONDS = 600
# What may differ between two runs of one recipe: times, rates, dates and the place.
VOLATILE = re.compile(r"^(seconds|out|started|finished|date|.*_per_second|.*_seconds)$")


def need(program):
    if not shutil.which(program):
        raise Skip(f"{program} is not installed")


def scratch():
    """A folder that vanishes; deep enough that ../../.. stays inside it."""
    return tempfile.TemporaryDirectory(prefix="mase-test-")


def command(*arguments):
    if not PROGRAM.exists():
        raise Skip(f"{PROGRAM} does not exist")
    return [str(PROGRAM), *(str(a) for a in arguments)]


def environment(**more):
    return {**{k: v for k, v in os.environ.items() if k != "MASE_PLUGIN_PATH"}, "OMP_NUM_THREADS": "1", **more}


def mase(*arguments, cwd=None, **more):
    """Runs the program to its end; what it says is in .stdout, errors included."""
    return subprocess.run(command(*arguments), cwd=cwd, env=environment(**more), text=True, errors="replace", timeout=SECONDS,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def start(*arguments, cwd=None, log=None):
    """Starts the program; its output goes to the file `log`."""
    with open(log or os.devnull, "ab") as out:
        return subprocess.Popen(command(*arguments), cwd=cwd, env=environment(), stdin=subprocess.DEVNULL, stdout=out,
                                stderr=subprocess.STDOUT)


def succeed(*arguments, **more):
    done = mase(*arguments, **more)
    expect(done.returncode == 0, f"mase {' '.join(map(str, arguments))}: exit status {done.returncode}\n{done.stdout}")
    return done.stdout


def record(run):
    return json.loads((pathlib.Path(run) / "run.json").read_text())


def lasting(value, place=None):
    """A run record without what may differ between two runs of one recipe."""
    if isinstance(value, dict):
        return {k: lasting(v, place) for k, v in value.items() if not VOLATILE.match(k.rsplit(".", 1)[-1])}
    if isinstance(value, list):
        return [lasting(v, place) for v in value]
    return value.replace(place, "<run>") if place and isinstance(value, str) else value


def lasting_record(run):
    return lasting(record(run), str(run))


def difference(one, other, path=""):
    """The first place where two records differ, as text; None where they are equal."""
    if type(one) is not type(other):
        return f"{path}: {one!r} and {other!r}"
    if isinstance(one, dict):
        for key in [*one, *(k for k in other if k not in one)]:
            if key not in one or key not in other:
                return f"{path}.{key}: only in one of them"
            if found := difference(one[key], other[key], f"{path}.{key}"):
                return found
        return None
    if isinstance(one, list):
        if len(one) != len(other):
            return f"{path}: {len(one)} and {len(other)} items"
        return next((found for i, (a, b) in enumerate(zip(one, other)) if (found := difference(a, b, f"{path}[{i}]"))), None)
    return None if one == other or (one != one and other != other) else f"{path}: {one!r} and {other!r}"
