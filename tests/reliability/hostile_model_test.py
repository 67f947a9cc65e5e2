#!/usr/bin/env python3
"""Model files that lie, are damaged or were made by an enemy: refused with a sentence and exit status 2, never loaded in half.

MASE_DAMAGED_GRAPHS says how many random damages of graph.json are tried; 40 unless told."""
import functools
import hashlib
import json
import os
import pathlib
import random
import shutil
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import expect, mase, record, scratch, succeed  # noqa: E402
from script import main  # noqa: E402

MADE = """\
mase: 1
name: made
params: {folder: ""}
model: {use: models.mlp, with: {layers: [2, 6, 2]}}
data: {use: data.toy, with: {kind: moons, samples: 200}}
steps:
  - {use: train.fit, with: {epochs: 2, batch_size: 32}}
  - use: quant.quantize
    where: {op: linear}
    with: {weight: {use: quant.integer, with: {width: 6, frac_width: 4}}, data_in: {use: quant.integer, with: {width: 8, frac_width: 4}}}
  - use: eval.accuracy
"""
SAVED = """\
mase: 1
name: saved
model: {use: models.saved, with: {folder: model}}
data: {use: data.toy, with: {kind: moons, samples: 200}}
steps:
  - {use: eval.accuracy}
  - {use: eval.accuracy, name: integers, with: {arithmetic: integer}}
"""
FOREIGN = """\
mase: 1
name: foreign
model: {use: models.mlp, with: {layers: [2, 6, 2], weights: weights.safetensors}}
data: {use: data.toy, with: {kind: moons, samples: 200}}
steps:
  - {use: eval.accuracy}
"""
MUTATIONS = int(os.environ.get("MASE_DAMAGED_GRAPHS", "40"))


@functools.cache
def made():
    """A run whose model/ is the honest one."""
    folder = scratch()
    recipe = pathlib.Path(folder.name) / "made.yaml"
    recipe.write_text(MADE)
    succeed("run", recipe, "--out", pathlib.Path(folder.name) / "run")
    return folder


def honest():
    return pathlib.Path(made().name) / "run" / "model"


def parts(data):
    """Header and tensor bytes of a safetensors file."""
    length = struct.unpack("<Q", data[:8])[0]
    return json.loads(data[8:8 + length]), data[8 + length:]


def joined(header, data, length=None):
    text = json.dumps(header).encode() if isinstance(header, dict) else header
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def with_header(change):
    def damage(data):
        header, tensors = parts(data)
        keys = sorted(k for k in header if k != "__metadata__")
        replaced = change(header, keys)
        return joined(header if replaced is None else replaced, tensors)
    return damage


def entry(**changes):
    """The first tensor's entry with other fields."""
    return with_header(lambda header, keys: header[keys[0]].update(changes))


def overlap(header, keys):
    header[keys[1]]["data_offsets"] = header[keys[0]]["data_offsets"]
    header[keys[1]]["shape"], header[keys[1]]["dtype"] = header[keys[0]]["shape"], header[keys[0]]["dtype"]


def shifted(header, keys):
    for key in keys:
        header[key]["data_offsets"] = [n + 4 for n in header[key]["data_offsets"]]


def not_finite(bits):
    def damage(data):
        header, tensors = parts(data)
        return joined(header, bits + tensors[4:])
    return damage


def without_first(header, keys):
    del header[keys[0]]


BROKEN = {
    "no bytes": lambda d: b"",
    "seven bytes": lambda d: d[:7],
    "header longer than the file": lambda d: struct.pack("<Q", len(d)) + d[8:],
    "header of 2^64-1 bytes": lambda d: b"\xff" * 8 + d[8:],
    "header of 2^63 bytes": lambda d: struct.pack("<Q", 1 << 63) + d[8:],
    "header of no bytes": lambda d: struct.pack("<Q", 0) + d[8:],
    "header one byte too short": lambda d: struct.pack("<Q", struct.unpack("<Q", d[:8])[0] - 1) + d[8:],
    "header is no JSON": with_header(lambda h, k: b"{" * 64),
    "header is a list": with_header(lambda h, k: b"[]"),
    "header nests deeply": with_header(lambda h, k: b'{"a":' * 100000 + b"1" + b"}" * 100000),
    "header is no UTF-8": with_header(lambda h, k: b'{"\xff\xfe": {}}'),
    "entry is a number": with_header(lambda h, k: h.update({k[0]: 7})),
    "entry without dtype": with_header(lambda h, k: h[k[0]].pop("dtype") and None),
    "unknown dtype": entry(dtype="F7"),
    "dtype of another size": entry(dtype="F64"),
    "dtype is a number": entry(dtype=32),
    "negative shape": entry(shape=[-1, -12]),
    "shape that overflows": entry(shape=[1 << 62, 4]),
    "shape of 2^31 axes times 0": entry(shape=[0] + [1 << 31] * 4),
    "other shape": entry(shape=[1]),
    "shape is a text": entry(shape="6"),
    "negative offsets": entry(data_offsets=[-4, 20]),
    "offsets behind the end": entry(data_offsets=[1 << 40, (1 << 40) + 24]),
    "offsets the wrong way round": entry(data_offsets=[24, 0]),
    "one offset": entry(data_offsets=[0]),
    "overlapping tensors": with_header(overlap),
    "a hole before the tensors": with_header(shifted),
    "a tensor missing": with_header(without_first),
    "NaN": not_finite(b"\x00\x00\xc0\x7f"),
    "infinity": not_finite(b"\x00\x00\x80\x7f"),
    "truncated by a byte": lambda d: d[:-1],
    "truncated by half": lambda d: d[:len(d) // 2],
    "bytes behind the end": lambda d: d + b"\0" * 16,
    "a text file": lambda d: b"these are no weights, but there are many words in it\n" * 8,
}


def refused(done, what, *words):
    expect(done.returncode == 2, f"{what}: exit status {done.returncode}, expected 2\n{done.stdout[-1500:]}")
    sentences = [line for line in done.stdout.splitlines() if line.strip()]
    expect(1 <= len(sentences) <= 4, f"{what}: {len(sentences)} lines are said, expected a sentence and a remedy\n{done.stdout[-1500:]}")
    expect(all(len(s) < 500 for s in sentences), f"{what}: a line of {max(map(len, sentences))} characters")
    expect("what():" not in done.stdout and "terminate called" not in done.stdout, f"{what}:\n{done.stdout}")
    for word in words:
        expect(word in done.stdout, f"{what}: '{word}' is not said\n{done.stdout}")


def saved_in(folder):
    """A recipe that loads folder/model, and that copy of the honest model."""
    model = pathlib.Path(folder) / "model"
    shutil.copytree(honest(), model)
    recipe = pathlib.Path(folder) / "saved.yaml"
    recipe.write_text(SAVED)
    return recipe, model


def an_honest_model_is_loaded():
    with scratch() as folder:
        recipe, _ = saved_in(folder)
        succeed("check", recipe)
        succeed("run", recipe, "--out", pathlib.Path(folder) / "run")


def broken_tensor_files_are_refused():
    with scratch() as folder:
        recipe, model = saved_in(folder)
        whole = (model / "tensors.safetensors").read_bytes()
        for what, damage in BROKEN.items():
            (model / "tensors.safetensors").write_bytes(damage(whole))
            refused(mase("check", recipe), what, "tensors.safetensors" if "NaN" not in what else "finite")
            done = mase("run", recipe, "--out", pathlib.Path(folder) / "run")
            expect(done.returncode == 2 and not (pathlib.Path(folder) / "run").exists(), f"{what}: run left something behind\n{done.stdout}")


def broken_foreign_weights_are_refused():
    with scratch() as folder:
        recipe, weights = pathlib.Path(folder) / "foreign.yaml", pathlib.Path(folder) / "weights.safetensors"
        recipe.write_text(FOREIGN)
        whole = (honest() / "tensors.safetensors").read_bytes()
        weights.write_bytes(whole)
        succeed("check", recipe)
        for what, damage in BROKEN.items():
            weights.write_bytes(damage(whole))
            refused(mase("check", recipe), what)


def every_flipped_bit_of_a_tensor_is_seen():
    rng = random.Random(5)
    with scratch() as folder:
        recipe, model = saved_in(folder)
        file = model / "tensors.safetensors"
        whole = file.read_bytes()
        begin = 8 + struct.unpack("<Q", whole[:8])[0]
        for bit in rng.sample(range(begin * 8, len(whole) * 8), min(MUTATIONS, 60)):
            file.write_bytes(flipped(whole, bit))
            refused(mase("check", recipe), f"bit {bit} flipped")


def a_flipped_bit_of_the_header_changes_nothing_unseen():
    """Only where the header has no meaning, in its padding for example, may a flip pass; then the model is the same."""
    rng = random.Random(6)
    with scratch() as folder:
        recipe, model = saved_in(folder)
        file, run = model / "tensors.safetensors", pathlib.Path(folder) / "run"
        succeed("run", recipe, "--out", run)
        metrics, whole = record(run)["metrics"], file.read_bytes()
        begin = 8 + struct.unpack("<Q", whole[:8])[0]
        for bit in rng.sample(range(begin * 8), min(MUTATIONS, 60)):
            file.write_bytes(flipped(whole, bit))
            done = mase("run", recipe, "--out", run)
            if done.returncode == 0:
                expect(record(run)["metrics"] == metrics, f"bit {bit} flipped: {record(run)['metrics']}, expected {metrics}")
            else:
                refused(done, f"bit {bit} flipped")


def flipped(data, bit):
    copy = bytearray(data)
    copy[bit // 8] ^= 1 << bit % 8
    return bytes(copy)


def missing_and_odd_files_are_refused():
    with scratch() as folder:
        recipe, model = saved_in(folder)
        (model / "tensors.safetensors").unlink()
        refused(mase("check", recipe), "no tensors")
        (model / "tensors.safetensors").mkdir()
        refused(mase("check", recipe), "tensors are a folder")
        (model / "tensors.safetensors").rmdir()
        os.mkfifo(model / "tensors.safetensors")
        refused(mase("check", recipe), "tensors are a FIFO")
        (model / "graph.json").unlink()
        refused(mase("check", recipe), "no graph.json")
        os.mkfifo(model / "graph.json")
        refused(mase("check", recipe), "graph.json is a FIFO")
        shutil.rmtree(model)
        refused(mase("check", recipe), "no folder", "model")


def damaged(value, rng):
    """JSON with one random place replaced."""
    wrong = [None, True, -1, 0, 1 << 62, 1e308, "", "x", "fc1", "relu1", [], {}, [[]], {"use": "nn.linear"}, [1, 2, 3]]
    places = []

    def walk(v):
        for key in (list(v) if isinstance(v, dict) else range(len(v)) if isinstance(v, list) else []):
            places.append((v, key))
            walk(v[key])
    value = json.loads(json.dumps(value))
    walk(value)
    holder, key = rng.choice(places)
    what = rng.randrange(4)
    if what == 0:
        del holder[key]
    elif what == 1 and isinstance(holder, list):
        holder.insert(key, json.loads(json.dumps(rng.choice(holder))))
    elif what == 2 and isinstance(holder, dict):
        other = rng.choice(list(holder))
        holder[key], holder[other] = holder[other], holder[key]
    else:
        holder[key] = rng.choice(wrong)
    return value


def a_damaged_graph_never_crashes():
    """Some damages make another valid graph, so that running it may work or fail; a signal or a hang is always wrong."""
    rng, seen = random.Random(11), {0: 0, 1: 0, 2: 0}
    with scratch() as folder:
        recipe, model = saved_in(folder)
        file = model / "graph.json"
        whole = file.read_text()
        for number in range(MUTATIONS):
            if number % 2:
                text = json.dumps(damaged(json.loads(whole), rng))
            else:
                at = rng.randrange(len(whole))
                text = whole[:at] + rng.choice(["", "\0", '"', "}", "9", "-", "\\u0000", whole[at:at + 40] * 2]) + whole[at + 1:]
            file.write_text(text)
            done = mase("run", recipe, "--out", pathlib.Path(folder) / f"run{number}")
            digest = hashlib.sha256(text.encode()).hexdigest()[:12]
            if done.returncode not in seen:
                kept = pathlib.Path(os.environ.get("TMPDIR", "/tmp")) / f"mase-graph-{digest}.json"
                kept.write_text(text)
                expect(False, f"exit status {done.returncode} for {kept}\n{done.stdout[-1500:]}")
            seen[done.returncode] += 1
            shutil.rmtree(pathlib.Path(folder) / f"run{number}", ignore_errors=True)
    expect(seen[2] > 0, f"nothing was refused: {seen}")


if __name__ == "__main__":
    main(an_honest_model_is_loaded, broken_tensor_files_are_refused, broken_foreign_weights_are_refused,
         every_flipped_bit_of_a_tensor_is_seen, a_flipped_bit_of_the_header_changes_nothing_unseen,
         missing_and_odd_files_are_refused, a_damaged_graph_never_crashes)
