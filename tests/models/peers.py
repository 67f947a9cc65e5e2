"""What the tests beside other people's libraries share: the libraries in .deps/peers, and model_apply at work."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from script import Skip, expect, main  # noqa: E402, F401

PEERS = pathlib.Path(os.environ.get("MASE_PEERS_DIR", ROOT / ".deps/peers"))
PYTHON = ROOT / ".deps/venv/bin/python"  # the version that the wheels are for
APPLY = ROOT / os.environ.get("MASE_BUILD", "build") / "tests/model_apply"
DATA = ROOT / "../shared/data"
if PEERS.is_dir() and PYTHON.exists() and os.environ.get("MASE_PEERS") != "run":
    os.execve(PYTHON, [str(PYTHON), *sys.argv], {**os.environ, "MASE_PEERS": "run"})
if PEERS.is_dir():
    sys.path.insert(0, str(PEERS))


def need(name):
    if not APPLY.exists():
        raise Skip(f"{APPLY} does not exist")
    try:
        return __import__(name)
    except ImportError:
        raise Skip(f"{name} is not installed; tools/ci-peers does it") from None


def shared(name):
    if not (DATA / name).exists():
        raise Skip(f"../shared/data/{name} is absent")
    return DATA / name


class Models:
    """model_apply at work: one request a line."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="mase-test-")
        self.process = subprocess.Popen([APPLY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

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

    def run(self, use, fields, inputs=None, **more):
        """The model's outputs for `inputs` (none: it is only read), and its nodes; or an answer with an error."""
        import numpy as np
        request = {"model": {"use": use, "with": fields}, "outputs": self.file("out"), **more}
        if inputs is not None:
            request["inputs"] = []
            for i, x in enumerate(inputs):
                x.tofile(self.file(f"in{i}"))
                request["inputs"].append({"file": self.file(f"in{i}"), "dtype": str(x.dtype), "shape": list(x.shape)})
        answer = self.ask(request)
        if "error" in answer:
            return None, answer
        types = {"Float": np.float32, "Double": np.float64, "Long": np.int64, "Bool": np.bool_, "Int": np.int32}
        outputs = [np.fromfile(self.file(f"out{i}"), types[o["dtype"]]).reshape(o["shape"])
                   for i, o in enumerate(answer["outputs"])]
        return outputs, answer
