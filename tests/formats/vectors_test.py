"""format_vectors itself: it reads folders that it has never seen, finds a wrong bit, and refuses what is no folder."""
import array
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from script import Skip, expect, main  # noqa: E402

PROGRAM = ROOT / os.environ.get("MASE_BUILD", "build") / "tests/format_vectors"


def run(folder):
    if not PROGRAM.exists():
        raise Skip(f"{PROGRAM} does not exist")
    return subprocess.run([PROGRAM, folder], capture_output=True, text=True, cwd=ROOT)


def write_npy(path, kind, shape, numbers):
    header = repr({"descr": {"f": "<f4", "i": "<i4"}[kind], "fortran_order": False, "shape": tuple(shape)})
    header += " " * (-(len(header) + 11) % 64) + "\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode()
                     + array.array(kind, numbers).tobytes())


def folder_of(values, codes=(1, 2, 15, 8, 0, 4)):
    """Fixed point with 4 bits, 1 of them fractional, in a 2 by 3 tensor; codes are memory words."""
    folder = tempfile.TemporaryDirectory(prefix="mase-test-")
    path = pathlib.Path(folder.name)
    write_npy(path / "x.npy", "f", [2, 3], [0.5, 0.9, -0.4, -9.0, 0.25, 1.75])
    write_npy(path / "y.npy", "f", [1, 2, 3], values)
    write_npy(path / "words.npy", "i", [1, 2, 3], codes)
    cases = [{"file": "y.npy", "row": 0, "format": "integer", "input": "x.npy",
              "params": {"width": 4, "frac_width": 1, "is_signed": True, "rounding": "half_even"}},
             {"file": "words.npy", "row": 0, "format": "integer_for_hw", "input": "x.npy",
              "params": {"width": 4, "frac_width": 1}}]
    (path / "mase_manifest.json").write_text(json.dumps({"cases": cases}))
    return folder


# By hand: -0.8 rounds to the code -1, -18 saturates at -8, 0.5 and 3.5 are ties and go to 0 and 4.
RIGHT = [0.5, 1.0, -0.5, -4.0, 0.0, 2.0]


def an_unknown_folder_is_read():
    with folder_of(RIGHT) as folder:
        result = run(folder)
        expect(result.returncode == 0, result.stdout + result.stderr)
        total = [line.split() for line in result.stdout.splitlines() if line.startswith("total")]
        expect(total == [["total", "2", "12", "0"]], result.stdout)


def a_wrong_bit_is_located():
    with folder_of([0.5, 1.0, -0.5, -4.0, -0.0, 2.0]) as folder:
        result = run(folder)
        expect(result.returncode == 1, result.stdout + result.stderr)
        first = [line for line in result.stdout.splitlines() if line.startswith("first mismatch")]
        for part in ("y.npy", "row 0", "element 4", "0.25", "80000000", "00000000"):
            expect(len(first) == 1 and part in first[0], f"{part} is not in {first}")


def what_is_no_folder_is_one_error():
    with folder_of(RIGHT) as folder, tempfile.TemporaryDirectory(prefix="mase-test-") as empty:
        path = pathlib.Path(folder)
        texts = [run("/nonexistent"), run(empty)]
        (path / "x.npy").write_bytes((path / "x.npy").read_bytes()[:-3])
        texts.append(run(folder))
        (path / "x.npy").write_bytes(b"no array")
        texts.append(run(folder))
        (path / "mase_manifest.json").write_text('{"cases": [')
        texts.append(run(folder))
        for result in texts:
            expect(result.returncode == 2, f"{result.returncode}: {result.stdout}{result.stderr}")
            expect(len(result.stderr.strip().splitlines()) == 1, result.stderr)
            expect(result.stderr.startswith("format_vectors: "), result.stderr)


if __name__ == "__main__":
    main(an_unknown_folder_is_read, a_wrong_bit_is_located, what_is_no_folder_is_one_error)
