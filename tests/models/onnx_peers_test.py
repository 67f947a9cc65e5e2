"""Published ONNX and QONNX networks beside the libraries of their authors, on random samples, and beside stored results.

numpy, onnxruntime and qonnx are installed by tools/ci-peers; without them nothing is tested here.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from script import expect, main  # noqa: E402
from peers import Models, load_qonnx, need, np, shared  # noqa: E402

ZOO, SMALL, TORCH = "models/qonnx_zoo", "models/onnx_small", "models/torch_export"


def read(models, file, inputs, arithmetic="float", **fields):
    outputs, answer = models.run("models.onnx", {"file": str(file), **fields}, inputs, arithmetic=arithmetic)
    expect(outputs is not None, f"{file.name}: {answer.get('error')}")
    return outputs


def relative(ours, theirs):
    """The largest difference, as a part of the largest value."""
    return float(np.max(np.abs(ours.astype(np.float64) - theirs)) / max(np.max(np.abs(theirs)), 1e-30))


def convolution(x, weight, bias, pad):
    size = weight.shape[2]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(2, 3))
    return np.einsum("nchwij,ocij->nohw", windows, weight, optimize=True) + bias.reshape(1, -1, 1, 1)


def image_network_in_double(file, x):
    """The ESPCN network in float64: quantizers by qonnx, the five other operators written out."""
    import onnx
    load_qonnx()
    from qonnx.custom_op.general.intquant import int_quant
    graph = onnx.load(file).graph
    values = {t.name: onnx.numpy_helper.to_array(t) for t in graph.initializer}
    values = {name: v.astype(np.float64) if v.dtype == np.float32 else v for name, v in values.items()}
    values[next(i.name for i in graph.input if i.name not in values)] = x.astype(np.float64)
    for node in graph.node:
        inputs = [values[name] if name else None for name in node.input]
        a = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        if node.op_type == "Quant":
            result = int_quant(*inputs, a["signed"], a["narrow"], a["rounding_mode"].decode())
        elif node.op_type == "Relu":
            result = np.maximum(inputs[0], 0)
        elif node.op_type == "Conv":
            result = convolution(*inputs, a["pads"][0])
        elif node.op_type == "BatchNormalization":
            weight, bias, mean, variance = (v.reshape(1, -1, 1, 1) for v in inputs[1:])
            result = (inputs[0] - mean) / np.sqrt(variance + a["epsilon"]) * weight + bias
        else:
            expect(node.op_type == "Resize", f"the network has {node.op_type}")
            result = inputs[0].repeat(int(inputs[2][2]), 2).repeat(int(inputs[2][3]), 3)
        values[node.output[0]] = result
    return values[graph.output[0].name]


def by_qonnx(file, x):
    """Node after node: quantizers by qonnx, all others by onnxruntime."""
    import onnx
    import onnxruntime as ort
    from onnx import helper
    load_qonnx()
    from qonnx.custom_op.general.bipolar_quant import binary_quant
    from qonnx.custom_op.general.intquant import int_quant
    model = onnx.load(file)
    graph, opsets = model.graph, [o for o in model.opset_import if not o.domain]
    values = {t.name: onnx.numpy_helper.to_array(t) for t in graph.initializer}
    values[next(i.name for i in graph.input if i.name not in values)] = x
    for node in graph.node:
        inputs = [values[name] if name else None for name in node.input]
        a = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        if node.op_type == "Quant":
            results = [int_quant(*inputs, a["signed"], a["narrow"], a["rounding_mode"].decode()).astype(np.float32)]
        elif node.op_type == "BipolarQuant":
            results = [binary_quant(*inputs).astype(np.float32)]
        else:
            given = {name: value for name, value in zip(node.input, inputs) if name}
            infos = [helper.make_tensor_value_info(k, helper.np_dtype_to_tensor_dtype(v.dtype), v.shape)
                     for k, v in given.items()]
            alone = helper.make_graph([node], "g", infos, [helper.make_empty_tensor_value_info(o) for o in node.output])
            bytes_ = helper.make_model(alone, opset_imports=opsets, ir_version=8).SerializeToString()
            results = ort.InferenceSession(bytes_, providers=["CPUExecutionProvider"]).run(None, given)
        values.update(zip(node.output, results))
    return values[graph.output[0].name]


def patterns():
    """What Brevitas writes: name, nodes, constants. The input is x [n, 6]."""
    from onnx import helper
    r = np.random.default_rng(20261122)
    f = lambda *s: r.normal(size=s).astype(np.float32)
    number = lambda v: np.array(v, np.float32)
    quant = lambda value, result, scale, bits, signed=1, narrow=0: helper.make_node(
        "Quant", [value, scale, "zero", bits], [result], domain="qonnx.custom_op.general", signed=signed, narrow=narrow,
        rounding_mode="ROUND")
    node = lambda op, inputs, result, **a: helper.make_node(op, inputs.split(), [result], **a)
    shared_ = {"zero": number(0), "four": number(4), "six": number(6), "eight": number(8), "many": number(32),
               "w": f(5, 6), "b": f(5), "s": number(0.11), "t": number(0.021), "half": number(0.25),
               "product": number(0.25 * 0.03), "channels": number([0.001, 0.02, 0.003, 0.0004, 0.05]),
               "odd": number(0.03), "tiny": number(1e-9), "wide": f(5) * number([1e-30, 1, 1, 1e6, 0])}
    gemm = lambda x, bias, result="y": node("Gemm", f"{x} q {bias}", result, transB=1)
    yield "a quantizer behind a quantizer", [
        quant("x", "a", "s", "six"), quant("a", "c", "t", "eight"), quant("w", "q", "odd", "four", narrow=1),
        gemm("a", "b", "g"), gemm("c", "b", "h"), node("Add", "g h", "y")], shared_
    for bias in ("b", "wide"):
        yield f"a float bias ({bias}) in a layer of integers", [
            quant("x", "a", "half", "four"), quant("w", "q", "half", "four"), gemm("a", bias)], shared_
    for scale in ("product", "channels", "tiny"):
        yield f"a bias of 32 bits, scale {scale}", [
            quant("x", "a", "half", "eight"), quant("w", "q", "odd", "eight"), quant("b", "c", scale, "many"),
            gemm("a", "c")], shared_


def refused_patterns():
    """Of x [n, 6]: nodes, constants, what the error says."""
    name, nodes, constants = next(p for p in patterns() if p[0].startswith("a float bias"))
    for value in (np.nan, np.inf):
        yield nodes, {**constants, "b": np.array([1, value, 0, 0, 0], np.float32)}, "not finite"


def patterns_of_brevitas_agree_with_qonnx():
    onnx = need("onnx")
    need("onnxruntime").set_default_logger_severity(3)
    from onnx import TensorProto, helper, numpy_helper
    x = (np.random.default_rng(1).normal(size=(100, 6)) * 2).astype(np.float32)
    info = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    with Models() as models:
        file = pathlib.Path(models.file("m.onnx"))

        def save(nodes, constants):
            graph = helper.make_graph(nodes, "g", [info("x", ["n", 6])], [info("y", ["n", 5])],
                                      [numpy_helper.from_array(v, k) for k, v in constants.items()])
            opsets = [helper.make_opsetid("", 17), helper.make_opsetid("qonnx.custom_op.general", 1)]
            onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), file)

        for nodes, constants, why in refused_patterns():
            save(nodes, constants)
            error = models.run("models.onnx", {"file": str(file)})[1].get("error", "none")
            expect(why in error, f"{error}, expected '{why}'")
        for name, nodes, constants in patterns():
            save(nodes, constants)
            difference = relative(read(models, file, [x])[0], by_qonnx(file, x))
            expect(difference <= 1e-6, f"{name}: {difference:.3g} from qonnx")


def quantized_networks_agree_with_qonnx():
    need("qonnx")
    need("onnxruntime").set_default_logger_severity(3)
    random = np.random.default_rng(20261121)
    cases = [(ZOO, "kwsmlp_w3a3.onnx", random.normal(size=(100, 1, 10, 49)) * 40),
             (ZOO, "unsw_nb15-mlp-w2a2.onnx", random.choice([-1.0, 1.0], (100, 600))),
             (ZOO, "qkeras_jettagging.onnx", random.normal(size=(100, 16))),
             (ZOO, "TFC_1W2A.onnx", random.uniform(size=(100, 1, 28, 28)))]
    with Models() as models:
        for folder, name, x in cases:
            file, x = shared(f"{folder}/{name}"), x.astype(np.float32)
            shapes = {}
            if name.startswith("unsw"):
                shapes = {"shapes": {"onnx::Add_0": [1, 600]}}
            ours = read(models, file, [x], **shapes)[0]
            difference = relative(ours, by_qonnx(file, x))
            expect(difference <= 1e-5, f"{name}: {difference:.3g} from qonnx")


def a_quantized_image_network_agrees_with_qonnx():
    """In double, where the order of adding decides nothing; in float32 it moves a sum across a rounding now and then."""
    need("qonnx")
    need("onnx")
    file = shared(f"{SMALL}/espcn_nn_resize_quant.onnx")
    random, code, differing, count = np.random.default_rng(20261121), 0.003921568859368563, 0, 0
    with Models() as models:
        for _ in range(25):
            x = random.uniform(size=(4, 3, 128, 128)).astype(np.float32)
            ours, theirs = read(models, file, [x], arithmetic="double")[0], image_network_in_double(file, x)
            expect(np.max(np.abs(ours - np.round(ours / code) * code)) < 1e-6, "results beside the grid")
            differing += np.count_nonzero(np.round(ours / code) - np.round(theirs / code))
            count += ours.size
    expect(differing == 0, f"{differing} of {count} results are another code than qonnx's")


def float_networks_agree_with_onnxruntime():
    need("numpy")
    ort = need("onnxruntime")
    ort.set_default_logger_severity(3)
    random = np.random.default_rng(20261121)
    cases = [(SMALL, "espcn_nn_resize_float.onnx", (100, 3, 128, 128)), (SMALL, "mnist-conv.onnx", (100, 1, 28, 28))]
    with Models() as models:
        for folder, name, shape in cases:
            file = shared(f"{folder}/{name}")
            x = random.uniform(size=shape).astype(np.float32)
            session = ort.InferenceSession(str(file), providers=["CPUExecutionProvider"])
            key = session.get_inputs()[0].name
            theirs = np.concatenate([session.run(None, {key: row[None]})[0] for row in x])
            difference = relative(read(models, file, [x])[0], theirs)
            expect(difference <= 1e-5, f"{name}: {difference:.3g} from onnxruntime")


def stored_results_of_torch():
    need("numpy")
    with Models() as models:
        for name in ["mnist_mlp", "mnist_lenet", "jsc_mlp", "bert_tiny_cls", "branches"]:
            file, golden = shared(f"{TORCH}/{name}.onnx"), np.load(shared(f"{TORCH}/{name}.golden.npz"))
            inputs = [golden[k] for k in golden.files if k.startswith("in.")]
            outputs = [golden[k] for k in golden.files if k.startswith("out.")]
            for ours, theirs in zip(read(models, file, inputs), outputs, strict=True):
                worst = np.max(np.abs(ours - theirs) - 1e-5 * np.abs(theirs))
                expect(worst <= 1e-5, f"{name}: {worst:.3g} beyond its tolerance")


def stored_result_of_mnist():
    need("numpy")
    onnx = need("onnx")
    tensor = lambda name: onnx.numpy_helper.to_array(onnx.TensorProto.FromString(shared(f"{SMALL}/{name}").read_bytes()))
    with Models() as models:
        ours = read(models, shared(f"{SMALL}/mnist-conv.onnx"), [tensor("mnist-conv.input_0.pb")])[0]
    difference = np.max(np.abs(ours - tensor("mnist-conv.output_0.pb")))
    expect(difference <= 1e-3, f"{difference:.3g} from the stored result")


if __name__ == "__main__":
    main(patterns_of_brevitas_agree_with_qonnx, quantized_networks_agree_with_qonnx,
         a_quantized_image_network_agrees_with_qonnx, float_networks_agree_with_onnxruntime, stored_results_of_torch,
         stored_result_of_mnist)
