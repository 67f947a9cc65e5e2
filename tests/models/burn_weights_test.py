"""The published weights of burn's MNIST network, read by us and by Python's own zipfile, pickle and json: the same bytes.

The two files hold the network after 3,752 and after 7,504 batches, so each is held against itself.
"""
import json
import math
import pathlib
import pickle
import sys
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from program import record, scratch, succeed  # noqa: E402
from script import Skip, expect, main  # noqa: E402

WEIGHTS = ROOT / "../shared/data/models/burn_mnist"
IMAGES = ROOT / "../shared/data/mnist"


def shared():
    for path in (WEIGHTS, IMAGES):
        if not path.is_dir():
            raise Skip(f"{path.relative_to(ROOT)} is absent")


def safetensors(path):
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    header.pop("__metadata__", None)
    return {name: (tuple(t["shape"]), data[start + t["data_offsets"][0]:start + t["data_offsets"][1]])
            for name, t in header.items()}


class Reader(pickle.Unpickler):
    """A state dict with (shape, bytes) in place of tensors; contiguous floats and int64 are what these files have."""

    def __init__(self, archive):
        self.archive = archive
        self.folder = next(name for name in archive.namelist() if name.endswith("data.pkl"))[:-len("data.pkl")]
        super().__init__(archive.open(self.folder + "data.pkl"))

    def persistent_load(self, key):
        _, size, name = key[0], {"FloatStorage": 4, "LongStorage": 8}[key[1]], key[2]
        return size, self.archive.read(f"{self.folder}data/{name}")

    def find_class(self, module, name):
        if name == "_rebuild_tensor_v2":
            return self.tensor
        return name if module == "torch" else super().find_class(module, name)

    @staticmethod
    def tensor(storage, offset, shape, strides, *_):
        size, data = storage
        expect(strides == tuple(math.prod(shape[i + 1:]) for i in range(len(shape))), f"strides {strides} of {shape}")
        return tuple(shape), data[offset * size:(offset + math.prod(shape)) * size]


def state_dict(path):
    with zipfile.ZipFile(path) as archive:
        return {name: value for name, value in Reader(archive).load().items() if isinstance(value, tuple)}


def check(file, read, accuracy):
    """What a recipe reads from the file, written again, beside what `read` finds in it; and how well it classifies."""
    for path in (WEIGHTS, IMAGES):
        if not path.is_dir():
            raise Skip(f"{path.relative_to(ROOT)} is absent")
    with scratch() as folder:
        recipe = (ROOT / "recipes/burn_mnist.yaml").read_text().replace("../../shared", str(ROOT / "../shared"))
        pathlib.Path(folder, "r.yaml").write_text(recipe + "  - use: export.safetensors\n")
        succeed("run", f"{folder}/r.yaml", "--set", f"weights={WEIGHTS / file}", "--out", f"{folder}/run")
        found = safetensors(next(pathlib.Path(folder, "run").rglob("*export.safetensors/*.safetensors")))
        measured = record(f"{folder}/run")["metrics"]["accuracy"]
    expected = read(WEIGHTS / file)
    expect(found.keys() == expected.keys(), f"{file}: {found.keys() ^ expected.keys()}")
    for name, tensor in found.items():
        expect(tensor == expected[name], f"{file}: {name} differs")
    expect(measured == accuracy, f"{file}: accuracy {measured}, expected {accuracy}")


def every_tensor_of_the_state_dict_has_the_bytes_that_zipfile_and_pickle_find():
    check("mnist.pt", state_dict, 0.988)


def every_tensor_of_the_safetensors_file_has_its_bytes():
    check("mnist.safetensors", safetensors, 0.989)


main(every_tensor_of_the_state_dict_has_the_bytes_that_zipfile_and_pickle_find,
     every_tensor_of_the_safetensors_file_has_its_bytes)
