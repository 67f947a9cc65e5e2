"""Opens models with mase and with onnxruntime, each in a process of its own; see bench/import.sh."""

import json
import os
import subprocess
import sys
import time

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

WORDS, HIDDEN, LAYERS, HEADS, LENGTH, INNER = 30522, 768, 12, 12, 128, 3072  # BERT base
SPARSE_BYTES = 4 << 30


class Bert:
    """An encoder of BERT-base's size with random weights, as an exporter would write it."""

    def __init__(self):
        self.random = np.random.default_rng(1)
        self.nodes, self.weights, self.count = [], [], 0

    def weight(self, name, *shape):
        values = (self.random.random(shape, dtype=np.float32) - 0.5) * 0.04
        self.weights.append(numpy_helper.from_array(values, name))
        return name

    def node(self, kind, *inputs, **attributes):
        self.count += 1
        result = f"{kind.lower()}_{self.count}"
        self.nodes.append(helper.make_node(kind, list(inputs), [result], name=result, **attributes))
        return result

    def constant(self, values, dtype=np.int64):
        self.count += 1
        name = f"constant_{self.count}"
        self.weights.append(numpy_helper.from_array(np.array(values, dtype), name))
        return name

    def linear(self, x, name, inputs, outputs):
        product = self.node("MatMul", x, self.weight(f"{name}.weight", inputs, outputs))
        return self.node("Add", product, self.weight(f"{name}.bias", outputs))

    def norm(self, x, name):
        weight, bias = self.weight(f"{name}.weight", HIDDEN), self.weight(f"{name}.bias", HIDDEN)
        return self.node("LayerNormalization", x, weight, bias, axis=-1, epsilon=1e-12)

    def heads(self, x):
        shape = self.constant([0, LENGTH, HEADS, HIDDEN // HEADS])
        return self.node("Transpose", self.node("Reshape", x, shape), perm=[0, 2, 1, 3])

    def layer(self, x, name):
        query, key, value = (self.heads(self.linear(x, f"{name}.{part}", HIDDEN, HIDDEN)) for part in ("q", "k", "v"))
        scores = self.node("MatMul", query, self.node("Transpose", key, perm=[0, 1, 3, 2]))
        scale = self.constant((HIDDEN // HEADS) ** -0.5, np.float32)
        attention = self.node("Softmax", self.node("Mul", scores, scale), axis=-1)
        mixed = self.node("Transpose", self.node("MatMul", attention, value), perm=[0, 2, 1, 3])
        mixed = self.node("Reshape", mixed, self.constant([0, LENGTH, HIDDEN]))
        x = self.norm(self.node("Add", x, self.linear(mixed, f"{name}.out", HIDDEN, HIDDEN)), f"{name}.norm1")
        inner = self.node("Gelu", self.linear(x, f"{name}.up", HIDDEN, INNER))
        return self.norm(self.node("Add", x, self.linear(inner, f"{name}.down", INNER, HIDDEN)), f"{name}.norm2")

    def model(self):
        x = self.node("Gather", self.weight("words.weight", WORDS, HIDDEN), "input_ids")
        x = self.norm(self.node("Add", x, self.weight("positions", 1, LENGTH, HIDDEN)), "norm")
        for i in range(LAYERS):
            x = self.layer(x, f"layer{i}")
        self.nodes[-1].output[0] = "hidden"
        ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", LENGTH])
        hidden = helper.make_tensor_value_info("hidden", TensorProto.FLOAT, ["batch", LENGTH, HIDDEN])
        graph = helper.make_graph(self.nodes, "bert_base", [ids], [hidden], self.weights)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)


ORT = """
import sys, time
import onnxruntime
def kilobytes(what):
    return next(int(l.split()[1]) for l in open("/proc/self/status") if l.startswith(what + ":"))
options = onnxruntime.SessionOptions()
options.log_severity_level = 4
best, peak, again = 1e9, None, 1 << 60
for i in range(5):
    before = kilobytes("VmRSS")
    open("/proc/self/clear_refs", "w").write("5")
    start = time.perf_counter()
    session = onnxruntime.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])
    best = min(best, 1000 * (time.perf_counter() - start))
    grown = kilobytes("VmHWM") - before
    peak, again = (peak, min(again, grown)) if i else (grown, again)
    del session
print('{"open_ms": %.2f, "peak_kb": %d, "again_kb": %d}' % (best, peak, again))
"""


def last_json(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr.strip()}")
    return json.loads(done.stdout.splitlines()[-1])


def sparse_safetensors(path):
    """A file of 4 GB of which nothing but the header is on the disk."""
    rows = SPARSE_BYTES // (4 * 1024 * 16)
    tensors = {
        f"layer{i}.weight": {"dtype": "F32", "shape": [rows, 1024], "data_offsets": [i * rows * 4096, (i + 1) * rows * 4096]}
        for i in range(16)
    }
    header = json.dumps(tensors).encode()
    header += b" " * (-len(header) % 8)
    with open(path, "wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        file.truncate(8 + len(header) + 16 * rows * 4096)


def main(folder):
    models = {"bert_base": f"{folder}/bert_base.onnx"}
    onnx.save(Bert().model(), models["bert_base"])
    shared = "../shared/data/models"
    for name, path in (("mnist-8", f"{shared}/onnx_small/mnist-conv.onnx"), ("lenet", f"{shared}/torch_export/mnist_lenet.onnx")):
        if os.path.exists(path):
            models[name] = path
        else:
            print(f"SKIP: {path} is absent")
    result = {"bench": "import"}
    print(f"{'file':12s}{'MB':>9s}{'ms':>10s}{'ort ms':>10s}{'faster':>9s}{'peak MB':>10s}{'of file':>9s}{'ort MB':>9s}{'again':>9s}{'of file':>9s}{'ort':>9s}")
    for name, path in models.items():
        megabytes = os.path.getsize(path) / 1e6
        ours = last_json(["build/bench/import", "models.onnx", path])
        theirs = last_json([sys.executable, "-c", ORT, path])
        ours["size_mb"], ours["onnxruntime"] = megabytes, theirs
        ours["faster"] = theirs["open_ms"] / ours["open_ms"]
        for which in ("peak", "again"):
            ours[f"{which}_of_file"] = ours[f"{which}_kb"] / 1e3 / megabytes
        result[name] = ours
        print(
            f"{name:12s}{megabytes:9.2f}{ours['open_ms']:10.1f}{theirs['open_ms']:10.1f}{ours['faster']:9.2f}"
            f"{ours['peak_kb'] / 1e3:10.1f}{ours['peak_of_file']:9.2f}{theirs['peak_kb'] / 1e3:9.1f}"
            f"{ours['again_kb'] / 1e3:9.3f}{ours['again_of_file']:9.2f}{theirs['again_kb'] / 1e3:9.3f}"
        )
    sparse_safetensors(f"{folder}/sparse.safetensors")
    start = time.perf_counter()
    result["sparse_4gb"] = last_json(["build/bench/import", "safetensors", f"{folder}/sparse.safetensors"])
    result["sparse_4gb"]["process_s"] = time.perf_counter() - start
    print(f"4 GB sparse safetensors: {result['sparse_4gb']['open_ms']:.2f} ms")
    print(json.dumps(result))


main(sys.argv[1])
