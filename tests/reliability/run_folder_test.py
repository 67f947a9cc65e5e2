#!/usr/bin/env python3
"""What a run must not do to its folder, and what must not be done to a run: removing its own input, two runs in one
folder, a reader that goes away, signals that are not Ctrl-C."""
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import command, environment, mase, record, scratch, start, succeed  # noqa: E402
from script import expect, main  # noqa: E402

MODEL = "model: {use: models.mlp, with: {layers: [2, 8, 2]}}\n"
DATA = "data: {use: data.toy, with: {kind: moons, samples: 200}}\n"
SHORT = f"mase: 1\n{MODEL}{DATA}steps:\n  - {{use: train.fit, name: training, with: {{epochs: 1}}}}\n"
LONG = SHORT.replace("epochs: 1", "epochs: 100000, batch_size: 8")
DEADLINE = 120


def contents(folder):
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(pathlib.Path(folder).rglob("*")) if f.is_file()}


def wait_for(file, process, lines=1):
    end = time.monotonic() + DEADLINE
    while not file.exists() or file.read_text().count("\n") < lines:
        expect(process.poll() is None and time.monotonic() < end, f"{file} does not grow")
        time.sleep(0.01)


def refused(folder, recipe, *texts):
    """A run into `folder` that must end with status 2 and leave everything there as it was."""
    before = contents(folder)
    done = mase("run", recipe, "--out", folder)
    expect(done.returncode == 2, f"exit status {done.returncode}, expected 2\n{done.stdout}")
    for text in texts:
        expect(text in done.stdout, f"'{text}' is missing in\n{done.stdout}")
    expect(contents(folder) == before, "a refused run changed its folder")


def a_run_does_not_remove_what_it_reads():
    with scratch() as place:
        place = pathlib.Path(place)
        run, recipe = place / "run", place / "first.yaml"
        recipe.write_text(SHORT)
        succeed("run", recipe, "--out", run)
        again = place / "again.yaml"
        for saved in ["run/model", "run", "run/training/model", "./other/../run/model"]:
            again.write_text(f"mase: 1\nmodel: {{use: models.saved, with: {{folder: {saved}}}}}\n{DATA}steps: [{{use: eval.accuracy}}]\n")
            refused(run, again, "again.yaml:2:", "would be removed before it is read", "--out")
        succeed("run", again, "--out", place / "elsewhere")
        # What a step opens only when it runs, through a param as well.
        again.write_text(SHORT + "  - {model: {use: models.saved, with: {folder: run/model}}}\n")
        refused(run, again, "again.yaml:6:", "would be removed")
        again.write_text(SHORT + "  - {model: {use: models.saved, with: {folder: \"${where}/model\"}}}\nparams: {where: run}\n")
        refused(run, again, "again.yaml:6:", "would be removed")
        # A recipe that a run has left, and one that is a step.
        (run / "training" / "best.yaml").write_text(SHORT)
        refused(run, run / "training" / "best.yaml", "would be removed")
        again.write_text(SHORT + "  - {use: ./run/training/best.yaml, name: inner}\n")
        refused(run, again, "again.yaml:6:", "would be removed")
        succeed("run", run / "recipe.yaml", "--out", run)  # written anew with the same text
        # What no run writes stays, so that it may be read.
        (run / "mine").mkdir()
        (run / "mine" / "data.csv").write_text("a,b,label\n" + "".join(f"{i},{i % 7},{i % 2}\n" for i in range(60)))
        again.write_text(SHORT.replace(DATA, "data: {use: data.csv, with: {file: run/mine/data.csv}}\n"))
        succeed("run", again, "--out", run)


def two_runs_do_not_share_a_folder():
    with scratch() as place:
        run, recipe = pathlib.Path(place) / "run", pathlib.Path(place) / "long.yaml"
        recipe.write_text(LONG)
        process = start("run", recipe, "--out", run)
        try:
            wait_for(run / "training" / "fit.csv", process, 3)
            for more in [[], ["--resume"]]:
                second = mase("run", recipe, "--out", run, *more)
                expect(second.returncode == 2, f"exit status {second.returncode}, expected 2\n{second.stdout}")
                expect("another run is writing to" in second.stdout, second.stdout)
            wait_for(run / "training" / "fit.csv", process, 5)
        finally:
            process.kill()
            process.wait()
        recipe.write_text(SHORT)
        succeed("run", recipe, "--out", run)  # the lock has gone with its process


def a_reader_that_goes_away_stops_nothing():
    with scratch() as place:
        run, recipe = pathlib.Path(place) / "run", pathlib.Path(place) / "r.yaml"
        recipe.write_text(SHORT + "".join(f"  - {{use: eval.accuracy, name: e{i}}}\n" for i in range(50)))
        process = subprocess.Popen(command("run", recipe, "--out", run), env=environment(), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        process.stdout.readline()
        process.stdout.close()
        process.wait(DEADLINE)
        expect(process.returncode == 1, f"exit status {process.returncode}, expected 1: nobody got the summary")
        expect(record(run)["status"] == "done", record(run)["status"])
        expect(len(record(run)["metrics"]) > 50, "steps are missing")


def signals_interrupt_as_ctrl_c_does():
    with scratch() as place:
        for number in [signal.SIGHUP, signal.SIGTERM]:
            run, recipe = pathlib.Path(place) / number.name, pathlib.Path(place) / "long.yaml"
            recipe.write_text(LONG)
            process = start("run", recipe, "--out", run)
            wait_for(run / "training" / "fit.csv", process, 3)
            process.send_signal(number)
            if number == signal.SIGHUP:
                process.send_signal(number)  # a terminal and its shell each send one
            process.wait(DEADLINE)
            expect(process.returncode == 128 + number, f"{number.name}: exit status {process.returncode}")
            expect(record(run)["status"] == "interrupted", f"{number.name}: {record(run)['status']}")
            process = start("run", recipe, "--out", run, "--resume")
            wait_for(run / "training" / "fit.csv", process, 6)
            process.kill()
            process.wait()


if __name__ == "__main__":
    main(a_run_does_not_remove_what_it_reads, two_runs_do_not_share_a_folder, a_reader_that_goes_away_stops_nothing,
         signals_interrupt_as_ctrl_c_does)
