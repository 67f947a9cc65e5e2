"""Files of onnxruntime.quantization, QDQ and QOperator, beside onnxruntime and the reference evaluator of ONNX.

A float32 sum in another order is another code now and then; in double there is no such thing, so that there every code
is equal. onnx, onnxruntime and packaging are installed by tools/ci-peers; without them nothing is tested here.
"""
import logging
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from script import expect, main  # noqa: E402
from peers import Models, need, np, shared  # noqa: E402

SAMPLES = 100


def network(name, nodes, constants, shape):
    from onnx import TensorProto, helper, numpy_helper
    info = lambda value, sizes: helper.make_tensor_value_info(value, TensorProto.FLOAT, sizes)
    graph = helper.make_graph(nodes, name, [info("x", ["N", *shape])], [info("y", None)],
                              [numpy_helper.from_array(np.asarray(v), k) for k, v in constants.items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), shape


def networks():
    from onnx import helper
    r = np.random.default_rng(20261122)
    f = lambda *s, scale=0.5: (r.normal(size=s) * scale).astype(np.float32)
    node = lambda op, inputs, result, **a: helper.make_node(op, inputs.split(), [result], name=result, **a)
    yield network("mlp", [
        node("MatMul", "x w1", "m1"), node("Add", "m1 b1", "a1"), node("Relu", "a1", "r1"),
        node("Gemm", "r1 w2 b2", "g", transB=1), node("Sigmoid", "g", "s"), node("MatMul", "s w3", "y"),
    ], {"w1": f(16, 32), "b1": f(32), "w2": f(8, 32), "b2": f(8), "w3": f(8, 5)}, [16])
    yield network("cnn", [
        node("Conv", "x w1 b1", "c1", pads=[1, 1, 1, 1]), node("Relu", "c1", "r1"),
        node("Conv", "r1 w2 b2", "c2", pads=[1, 1, 1, 1], group=6), node("Clip", "c2 low high", "r2"),
        node("Add", "r1 r2", "sum"), node("MaxPool", "sum", "p", kernel_shape=[2, 2], strides=[2, 2]),
        node("Conv", "p w3", "c3"), node("LeakyRelu", "c3", "l", alpha=0.1), node("Concat", "l p", "cat", axis=1),
        node("GlobalAveragePool", "cat", "gap"), node("Flatten", "gap", "flat"),
        node("Gemm", "flat w4 b4", "y", transB=1),
    ], {"w1": f(6, 3, 3, 3, scale=0.3), "b1": f(6), "w2": f(6, 1, 3, 3), "b2": f(6), "w3": f(8, 6, 1, 1),
        "w4": f(10, 14), "b4": f(10), "low": np.float32(0), "high": np.float32(6)}, [3, 6, 6])


def settings(q, is_qdq):
    """By name: arguments of quantize_static."""
    u8, s8, u16, s16 = (getattr(q.QuantType, name) for name in ("QUInt8", "QInt8", "QUInt16", "QInt16"))
    pairs = [(u8, s8), (s8, s8), (u8, u8)] + ([(s16, s8), (u16, u8), (s16, s16)] if is_qdq else [])
    for activations, weights in pairs:
        for per_channel in (False, True):
            yield (f"{activations.name} {weights.name} {'channel' if per_channel else 'tensor'}",
                   {"activation_type": activations, "weight_type": weights, "per_channel": per_channel})
    more = {"symmetric": {"ActivationSymmetric": True, "WeightSymmetric": True},
            "asymmetric": {"WeightSymmetric": False}}
    if is_qdq:
        more |= {"no bias": {"QuantizeBias": False}, "pairs at weights": {"AddQDQPairToWeight": True},
                 "pairs of their own": {"DedicatedQDQPair": True}, "other domain": {"UseQDQContribOps": True}}
    for name, options in more.items():
        yield name, {"activation_type": s8, "weight_type": s8, "extra_options": options}
    yield "reduced", {"activation_type": u8, "weight_type": s8, "reduce_range": True}
    yield "reduced, channel", {"activation_type": u8, "weight_type": s8, "reduce_range": True, "per_channel": True}


class Calibration:
    def __init__(self, name, samples):
        self.samples = iter([{name: samples}])

    def get_next(self):
        return next(self.samples, None)


def quantized_files(models, form):
    """Models written by quantize_static: name, file, samples."""
    import onnx
    need("packaging")
    need("onnxruntime").set_default_logger_severity(4)
    import onnxruntime.quantization as q
    logging.disable(logging.WARNING)
    r = np.random.default_rng(4)
    given, file = models.file("float.onnx"), models.file("quantized.onnx")
    loaded = [(model, shape) for model, shape in networks()]
    for model, shape in loaded:
        onnx.save(model, given)
        name = model.graph.input[0].name
        for what, arguments in settings(q, form == "QDQ"):
            samples = r.normal(size=[64, *shape]).astype(np.float32)
            q.quantize_static(given, file, Calibration(name, samples), quant_format=q.QuantFormat[form], **arguments)
            yield f"{model.graph.name}, {what}", file, r.normal(size=[SAMPLES, *shape]).astype(np.float32)


def by_onnxruntime(file, x):
    import onnxruntime as ort
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL  # fused integers round otherwise
    session = ort.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return session.run(None, {name: x})[0]


def in_double(file, x):
    """ONNX's own evaluator, with every float32 of the file in float64."""
    import onnx
    from onnx import TensorProto, numpy_helper
    from onnx.reference import ReferenceEvaluator
    model = onnx.load(file)
    for tensor in model.graph.initializer:
        if tensor.data_type == TensorProto.FLOAT:
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float64), tensor.name))
    for node in model.graph.node:
        node.domain = node.domain.replace("com.microsoft", "")
    for value in [*model.graph.input, *model.graph.output]:
        value.type.tensor_type.elem_type = TensorProto.DOUBLE
    del model.graph.value_info[:]
    if model.opset_import[0].version < 21:  # of 16 bits in ONNX itself
        model.opset_import[0].version = 21
    return ReferenceEvaluator(model).run(None, {model.graph.input[0].name: x.astype(np.float64)})[0]


def compare(form, double):
    need("onnx")
    wrong, count = [], 0
    with Models() as models:
        for name, file, x in quantized_files(models, form):
            count += 1
            outputs, answer = models.run("models.onnx", {"file": file}, [x])
            if outputs is None:
                wrong.append(f"{name}: {answer['error']}")
                continue
            theirs = by_onnxruntime(file, x)
            beyond = np.abs(outputs[0].astype(np.float64) - theirs) > 1e-5 * np.max(np.abs(theirs))
            share = np.count_nonzero(beyond.reshape(SAMPLES, -1).any(1)) / SAMPLES
            if share > 0.1:
                wrong.append(f"{name}: {share:.0%} of the samples are not onnxruntime's")
            if double and "QInt16 QInt16" not in name:  # whose biases have more bits than a float32, as here
                theirs = in_double(file, x)
                ours, _ = models.run("models.onnx", {"file": file}, [x], arithmetic="double")
                difference = np.max(np.abs(ours[0] - theirs)) / np.max(np.abs(theirs))
                if difference > 1e-9:
                    wrong.append(f"{name}: {difference:.3g} from the evaluator in double")
    expect(not wrong, f"{len(wrong)} of {count} files: " + "\n  ".join(["", *wrong]))


def pairs_of_quantize_and_dequantize():
    compare("QDQ", double=True)


def operators_on_integers():
    compare("QOperator", double=False)


if __name__ == "__main__":
    main(pairs_of_quantize_and_dequantize, operators_on_integers)
