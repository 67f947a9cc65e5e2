"""Runs an ONNX file: run_onnx.py onnxruntime|qonnx MODEL INPUTS OUTPUTS, both of the latter as safetensors.

Ends with status 77 and a line that says why when the engine is not installed.
"""
import json
import pathlib
import sys

PEERS = pathlib.Path(__file__).resolve().parents[3] / ".deps/peers"
if PEERS.is_dir():
    sys.path.append(str(PEERS))
try:
    import numpy as np
    import onnx
    import onnxruntime
except ImportError as missing:
    print(f"{missing.name} is not installed; tools/ci-peers does it")
    sys.exit(77)

TYPES = {"F32": np.float32, "F64": np.float64, "I64": np.int64, "I32": np.int32, "BOOL": np.bool_}
NAMES = {np.dtype(type): name for name, type in TYPES.items()}


def read(path):
    data = pathlib.Path(path).read_bytes()
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8:8 + size])
    header.pop("__metadata__", None)
    return {name: np.frombuffer(data[8 + size + v["data_offsets"][0]:8 + size + v["data_offsets"][1]],
                                TYPES[v["dtype"]]).reshape(v["shape"]) for name, v in header.items()}


def write(path, arrays):
    header, blob = {}, b""
    for name, array in sorted(arrays.items(), key=lambda item: -item[1].itemsize):
        end = len(blob) + array.nbytes
        header[name] = {"dtype": NAMES[array.dtype], "shape": list(array.shape), "data_offsets": [len(blob), end]}
        blob += np.ascontiguousarray(array).tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    pathlib.Path(path).write_bytes(len(text).to_bytes(8, "little") + text + blob)


def by_onnxruntime(path, inputs):
    onnx.checker.check_model(onnx.load(path), full_check=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    names = [o.name for o in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs)))


def by_qonnx(path, inputs):
    from qonnx.core.modelwrapper import ModelWrapper
    from qonnx.core import onnx_exec
    from qonnx.transformation.infer_shapes import InferShapes
    make_model = onnx_exec.qonnx_make_model

    def readable(*arguments, **more):
        """A file of one node, not marked newer than onnxruntime knows."""
        made = make_model(*arguments, **more)
        made.ir_version = 8
        return made
    onnx_exec.qonnx_make_model = readable
    model = ModelWrapper(path)
    for value in [*model.graph.input, *model.graph.output]:
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_param == "batch":
                dim.dim_value = len(next(iter(inputs.values())))
    return onnx_exec.execute_onnx(model.transform(InferShapes()), dict(inputs))


if __name__ == "__main__":
    engine, model, source, target = sys.argv[1:]
    try:
        results = (by_onnxruntime if engine == "onnxruntime" else by_qonnx)(model, read(source))
    except ImportError as missing:
        print(f"{missing.name} is not installed; tools/ci-peers does it")
        sys.exit(77)
    write(target, results)
