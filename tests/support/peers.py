"""What tests beside other people's libraries share: the libraries in .deps/peers, and our formats and models at work.

numpy, onnxruntime, qonnx and others are installed by tools/ci-peers; without them need() skips the test.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import types

from script import Skip, expect

ROOT = pathlib.Path(__file__).resolve().parents[2]
PEERS = pathlib.Path(os.environ.get("MASE_PEERS_DIR", ROOT / ".deps/peers"))
PYTHON = ROOT / ".deps/venv/bin/python"  # the version that the wheels are for
PROGRAMS = ROOT / os.environ.get("MASE_BUILD", "build") / "tests"
DATA = ROOT / "../shared/data"
if PEERS.is_dir() and PYTHON.exists() and os.environ.get("MASE_PEERS") != "run":
    os.execve(PYTHON, [str(PYTHON), *sys.argv], {**os.environ, "MASE_PEERS": "run"})
if PEERS.is_dir():
    sys.path.insert(0, str(PEERS))
try:
    import numpy as np
except ImportError:
    np = None


def need(name):
    try:
        return __import__(name)
    except ImportError:
        raise Skip(f"{name} is not installed; tools/ci-peers does it") from None


def shared(name):
    if not (DATA / name).exists():
        raise Skip(f"../shared/data/{name} is absent")
    return DATA / name


def load_qonnx():
    """Its modules of custom operators, without their package's __init__, which pulls in a runtime."""
    need("onnx")
    need("qonnx")
    import qonnx.custom_op
    package = types.ModuleType("qonnx.custom_op.general")
    package.__path__ = [str(pathlib.Path(qonnx.custom_op.__path__[0]) / "general")]
    sys.modules["qonnx.custom_op.general"] = package


class Program:
    """One of our test programs at work: a line of JSON for each request, and one for the answer."""
    name = ""

    def __init__(self):
        need("numpy")
        if not (PROGRAMS / self.name).exists():
            raise Skip(f"{PROGRAMS / self.name} does not exist")
        self.folder = tempfile.TemporaryDirectory(prefix="mase-test-")
        self.process = subprocess.Popen([PROGRAMS / self.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.folder.cleanup()

    def file(self, name):
        return os.path.join(self.folder.name, name)

    def ask(self, request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


class Formats(Program):
    name = "format_apply"

    def run(self, component, x, fields, **types_of):
        """What is asked for by keyword, as arrays: values=np.float32, elements=np.int64, exponents=np.int64."""
        x.astype(np.float32).tofile(self.file("input"))
        request = {"component": component, "with": fields, "input": self.file("input"), "shape": list(x.shape)}
        answer = self.ask({**request, **{name: self.file(name) for name in types_of}})
        expect("error" not in answer, f"{component} {fields}: {answer.get('error')}")
        return [np.fromfile(self.file(name), type) for name, type in types_of.items()]


class Models(Program):
    name = "model_apply"

    def run(self, use, fields, inputs=None, **more):
        """The model's outputs for `inputs` (none: it is only read), and its nodes; or an answer with an error."""
        request = {"model": {"use": use, "with": fields}, "outputs": self.file("out"), **more}
        if inputs is not None:
            request["inputs"] = []
            for i, x in enumerate(inputs):
                x.tofile(self.file(f"in{i}"))
                request["inputs"].append({"file": self.file(f"in{i}"), "dtype": str(x.dtype), "shape": list(x.shape)})
        answer = self.ask(request)
        if "error" in answer:
            return None, answer
        dtypes = {"Float": np.float32, "Double": np.float64, "Long": np.int64, "Bool": np.bool_, "Int": np.int32}
        outputs = [np.fromfile(self.file(f"out{i}"), dtypes[o["dtype"]]).reshape(o["shape"])
                   for i, o in enumerate(answer["outputs"])]
        return outputs, answer
