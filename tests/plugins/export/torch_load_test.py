"""What PyTorch makes of export.torch_state_dict: torch.load(weights_only=True), and a walk of its own where it is absent.

Debian's python3-torch is the judge; without it the zip and its pickle are read here with the standard library alone.
"""
import os
import pathlib
import pickletools
import subprocess
import sys
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/support"))
from program import scratch, succeed  # noqa: E402
from script import Skip, expect, main  # noqa: E402

RECIPE = """
mase: 1
model: {use: models.sequential, with: {input: [1, 8, 8], layers: [
  {op: conv2d, name: conv, with: {out_channels: 4, kernel_size: 3}}, {op: batch_norm2d, name: norm}, {op: relu},
  {op: flatten}, {op: linear, name: fc, with: {out_features: 5}}]}}
data: {use: data.digits, with: {flatten: false}}
steps:
  - {use: export.torch_state_dict, with: {file: net.pt}}
  - {use: export.safetensors, with: {file: net.safetensors}}
"""
LOAD = """
import json, sys, torch
state = torch.load(sys.argv[1], weights_only=True)
print(json.dumps({k: [str(v.dtype), list(v.shape), v.double().flatten().tolist()] for k, v in state.items()}))
"""


def exported(folder):
    """Paths of the two files that one run wrote."""
    recipe = pathlib.Path(folder) / "recipe.yaml"
    recipe.write_text(RECIPE)
    succeed("run", recipe, "--out", f"{folder}/run")
    return [next(pathlib.Path(folder).glob(f"run/**/{name}")) for name in ("net.pt", "net.safetensors")]


def safetensors(path):
    """{name: (dtype, shape, bytes)}, read with nothing but the format's definition."""
    import json
    data = path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8:8 + size])
    header.pop("__metadata__", None)
    return {k: (v["dtype"], v["shape"], data[8 + size + v["data_offsets"][0]:8 + size + v["data_offsets"][1]])
            for k, v in header.items()}


def numbers(dtype, data):
    import struct
    letter = {"F32": "f", "I64": "q", "F64": "d"}[dtype]
    return list(struct.unpack(f"<{len(data) // struct.calcsize(letter)}{letter}", data))


def torch_loads_it():
    for python in ("/usr/bin/python3", "python3"):
        if subprocess.run([python, "-c", "import torch"], capture_output=True).returncode == 0:
            break
    else:
        raise Skip("python3-torch is not installed")
    with scratch() as folder:
        pt, reference = exported(folder)
        done = subprocess.run([python, "-c", LOAD, str(pt)], capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
        expect(done.returncode == 0, done.stderr)
        import json
        state = json.loads(done.stdout)
        expected = safetensors(reference)
        expect(set(state) == set(expected), f"{sorted(state)} and {sorted(expected)}")
        for name, (dtype, shape, data) in expected.items():
            expect(state[name] == [{"F32": "torch.float32", "I64": "torch.int64"}[dtype], shape, numbers(dtype, data)], name)


def every_member_is_sound():
    with scratch() as folder:
        pt, reference = exported(folder)
        with zipfile.ZipFile(pt) as archive:
            expect(archive.testzip() is None, "a checksum is wrong")
            stored = [archive.read(i) for i in archive.infolist() if "/data/" in i.filename]
            pickle = archive.read("net/data.pkl")
        expect(stored == [data for _, data in tensors_in_order(pickle, safetensors(reference))], "storages differ")


def tensors_in_order(pickle, tensors):
    """Names in the order of the pickle, checked word by word against the words that torch.load allows."""
    words = list(pickletools.genops(pickle))
    allowed = {"PROTO", "GLOBAL", "EMPTY_TUPLE", "REDUCE", "MARK", "BINUNICODE", "BININT", "TUPLE", "BINPERSID", "NEWFALSE",
               "SETITEMS", "STOP", "LONG1"}
    expect({op.name for op, _, _ in words} <= allowed, "unexpected words")
    calls = {arg for op, arg, _ in words if op.name == "GLOBAL"}
    expect(calls <= {"collections OrderedDict", "torch._utils _rebuild_tensor_v2", "torch FloatStorage", "torch LongStorage"}, calls)
    names = [arg for op, arg, _ in words if op.name == "BINUNICODE" and arg in tensors]
    expect(sorted(names) == sorted(tensors), "names differ")
    return [(name, tensors[name][2]) for name in names]


if __name__ == "__main__":
    main(torch_loads_it, every_member_is_sound)
