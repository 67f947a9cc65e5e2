#!/usr/bin/env python3
"""Ctrl-C and kill -9, in training and in a search: the record stays valid and --resume ends as if nothing had happened."""
import functools
import json
import pathlib
import random
import signal
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import difference, expect, lasting_record, mase, record, scratch, start, succeed  # noqa: E402
from script import main  # noqa: E402

RECIPE = """\
# A training long enough to be stopped, a search and a sweep behind it.
mase: 1
name: stopped
seed: 3
params: {{epochs: {epochs}, trials: {trials}}}
model: {{use: models.mlp, with: {{layers: [2, 16, 16, 2]}}}}
data: {{use: data.toy, with: {{kind: moons, samples: 1000}}}}
steps:
  - {{use: train.fit, name: training, with: {{epochs: $epochs, batch_size: 16, learning_rate: 0.01}}}}
  - {{use: eval.accuracy, name: float}}
  - search:
      name: formats
      sampler: {{use: search.random}}
      trials: $trials
      steps:
        - use: quant.quantize
          where: {{op: linear}}
          each: node
          with: {{weight: {{use: quant.integer, with: {{width: {{$int: [2, 8]}}, frac_width: {{$int: [0, 6]}}}}}}}}
      evaluate: [eval.accuracy, cost.average_bitwidth]
      score: {{accuracy: 1.0, average_bitwidth: -0.02}}
  - sweep:
      name: rates
      over: {{rate: [0.001, 0.01]}}
      repeats: 2
      steps:
        - {{use: train.fit, with: {{epochs: 2, learning_rate: $rate}}}}
        - {{use: eval.accuracy}}
  - {{use: eval.accuracy, name: quantized}}
"""
DEADLINE = 240


class Watch(threading.Thread):
    """Reads run.json all the time and keeps what was wrong with it."""

    def __init__(self, run):
        super().__init__(daemon=True)
        self.file, self.problems, self.reads, self.stopped = pathlib.Path(run) / "run.json", [], 0, False
        self.start()

    def run(self):
        while not self.stopped:
            try:
                text = self.file.read_text()
                self.reads += 1
                json.loads(text)
            except FileNotFoundError:
                pass
            except ValueError as error:
                self.problems.append(f"{error} in {text[:200]!r}")
            time.sleep(0.0005)

    def verdict(self):
        self.stopped = True
        self.join()
        expect(not self.problems, f"run.json was not valid JSON: {self.problems[:3]}")


def lines(file):
    try:
        return file.read_text().count("\n")
    except FileNotFoundError:
        return 0


def written(folder, epochs, trials):
    recipe = pathlib.Path(folder) / "stopped.yaml"
    recipe.write_text(RECIPE.format(epochs=epochs, trials=trials))
    return recipe


@functools.cache
def whole_record(epochs, trials):
    """What the run without interruption leaves behind, and its tables."""
    with scratch() as folder:
        run = pathlib.Path(folder) / "run"
        succeed("run", written(folder, epochs, trials), "--out", run)
        return lasting_record(run), tables(run)


def tables(run):
    """The CSV files, without their columns of seconds."""
    found = {}
    for file in sorted(pathlib.Path(run).rglob("*.csv")):
        rows = [line.split(",") for line in file.read_text().splitlines()]
        keep = [i for i, name in enumerate(rows[0]) if "seconds" not in name] if rows else []
        found[str(file.relative_to(run))] = [[row[i] for i in keep if i < len(row)] for row in rows]
    return found


def stop(process, file, at_least, signals):
    """Waits until the file has so many lines, then sends the signals."""
    end = time.monotonic() + DEADLINE
    while lines(file) < at_least:
        expect(process.poll() is None, f"the run ended before it could be stopped (status {process.returncode})")
        expect(time.monotonic() < end, f"{file.name} has {lines(file)} lines after {DEADLINE} s")
        time.sleep(0.005)
    for number in signals:
        process.send_signal(number)
    process.wait(DEADLINE)


def same_as_uninterrupted(run, epochs, trials):
    expected, expected_tables = whole_record(epochs, trials)
    expect(expected["status"] == "done", expected["status"])
    found = difference(expected, lasting_record(run), "run.json")
    expect(not found, f"an uninterrupted run and this one differ: {found}")
    found = difference(expected_tables, tables(run))
    expect(not found, f"the tables of an uninterrupted run and of this one differ: {found}")


def check_stop(epochs, trials, table, at_least, number, status):
    with scratch() as folder:
        run, recipe, log = pathlib.Path(folder) / "run", written(folder, epochs, trials), pathlib.Path(folder) / "log"
        process = start("run", recipe, "--out", run, log=log)
        watch = Watch(run)
        stop(process, run / table, at_least, [number])
        expect(process.returncode == status, f"exit status {process.returncode}, expected {status}\n{log.read_text()}")
        expected = "interrupted" if number == signal.SIGINT else "running"
        expect(record(run)["status"] == expected, f"status {record(run)['status']}, expected {expected}")
        resumed = mase("run", recipe, "--out", run, "--resume")
        expect(resumed.returncode == 0, f"--resume: exit status {resumed.returncode}\n{resumed.stdout}")
        watch.verdict()
        expect(watch.reads > 10, "run.json was hardly ever read")
        same_as_uninterrupted(run, epochs, trials)


TRAINING = (60, 40, "training/fit.csv", 5)
SEARCH = (3, 3000, "formats/trials.log", 200)


def interrupted_in_training():
    check_stop(*TRAINING, signal.SIGINT, 130)


def interrupted_in_a_search():
    check_stop(*SEARCH, signal.SIGINT, 130)


def killed_in_training():
    check_stop(*TRAINING, signal.SIGKILL, -signal.SIGKILL)


def killed_in_a_search():
    check_stop(*SEARCH, signal.SIGKILL, -signal.SIGKILL)


def killed_again_and_again():
    """At any moment, also while the state is written; every attempt goes on from the one before."""
    epochs, trials = 20, 400
    moments = random.Random(1)
    with scratch() as folder:
        run, recipe, log = pathlib.Path(folder) / "run", written(folder, epochs, trials), pathlib.Path(folder) / "log"
        watch = Watch(run)
        for _ in range(12):
            begun = (run / "run.json").exists()
            process = start("run", recipe, "--out", run, *(["--resume"] if begun else []), log=log)
            time.sleep(moments.uniform(0.2, 1.5))
            process.kill()
            process.wait()
            expect(process.returncode in (0, -signal.SIGKILL), f"exit status {process.returncode}\n{log.read_text()}")
        succeed("run", recipe, "--out", run, *(["--resume"] if (run / "run.json").exists() else []))
        watch.verdict()
        same_as_uninterrupted(run, epochs, trials)


def a_second_interrupt_kills():
    recipe = """\
mase: 1
name: slow
model: {use: models.mlp, with: {layers: [4, 2048, 2048, 2048, 2]}}
data: {use: data.toy, with: {kind: blobs, features: 4, samples: 40000}}
steps:
  - {use: train.fit, with: {epochs: 100, batch_size: 20000}}
"""
    with scratch() as folder:
        file, log = pathlib.Path(folder) / "slow.yaml", pathlib.Path(folder) / "log"
        file.write_text(recipe)
        process = start("run", file, "--out", pathlib.Path(folder) / "run", log=log)
        end = time.monotonic() + DEADLINE
        while "train.fit" not in log.read_text():
            expect(process.poll() is None and time.monotonic() < end, f"no training was begun\n{log.read_text()}")
            time.sleep(0.01)
        time.sleep(0.3)  # now in the first batch, which takes seconds
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.wait(DEADLINE)
        expect(process.returncode == -signal.SIGINT, f"exit status {process.returncode}, expected death by SIGINT\n{log.read_text()}")
        expect(time.monotonic() - begun < 10, "the second interrupt took its time")
        expect(record(pathlib.Path(folder) / "run")["status"] == "running", "a killed run cannot have written that it is over")


def resume_is_refused_when_the_recipe_changed():
    with scratch() as folder:
        run, recipe = pathlib.Path(folder) / "run", written(folder, 2, 5)
        succeed("run", recipe, "--out", run)
        before = (run / "run.json").read_bytes()
        changes = [([], recipe.read_text().replace("learning_rate: 0.01", "learning_rate: 0.02")),
                   (["--set", "trials=6"], recipe.read_text()), ([], recipe.read_text().replace("seed: 3", "seed: 4"))]
        for options, text in changes:
            recipe.write_text(text)
            done = mase("run", recipe, "--out", run, "--resume", *options)
            recipe.write_text(RECIPE.format(epochs=2, trials=5))
            expect(done.returncode == 2, f"exit status {done.returncode}, expected 2\n{done.stdout}")
            expect("--resume" in done.stdout and "is not what it was" in done.stdout, done.stdout)
            expect((run / "run.json").read_bytes() == before, "a refused --resume changed run.json")
        succeed("run", recipe, "--out", run, "--resume")  # a finished run: nothing is left to do
        same = difference(json.loads(before)["metrics"], record(run)["metrics"])
        expect(not same or "_per_second" in same, same)


if __name__ == "__main__":
    main(interrupted_in_training, interrupted_in_a_search, killed_in_training, killed_in_a_search, killed_again_and_again,
         a_second_interrupt_kills, resume_is_refused_when_the_recipe_changed)
