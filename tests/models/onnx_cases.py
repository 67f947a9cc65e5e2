"""Small ONNX models, one for each operator and form of it: what onnx_operators_test.py runs here and by onnxruntime."""
import numpy as np
from onnx import TensorProto, helper, numpy_helper

F, I, B = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
TYPES = {np.dtype("float32"): F, np.dtype("int64"): I, np.dtype("bool"): B, np.dtype("int32"): TensorProto.INT32}
random = np.random.default_rng(20261121)


def numbers(*shape, low=-3.0, high=3.0):
    return random.uniform(low, high, shape).astype(np.float32)


def ints(*values):
    return np.array(values, np.int64)


class Case:
    """One node (or several) on inputs `x`, with constants."""

    def __init__(self, nodes, inputs, constants=None, opset=17, outputs=("y",), name="", domains=(), refused=""):
        self.nodes = nodes if isinstance(nodes, list) else [nodes]
        self.inputs, self.opset, self.outputs = inputs, opset, list(outputs)
        self.constants = constants or {}
        self.name = name or f"{self.nodes[-1].op_type} {opset} {[v.shape for v in inputs.values()]}"
        self.domains, self.refused = domains, refused  # what the error says, where it is no model for us

    def model(self):
        value = lambda name, a: helper.make_tensor_value_info(name, TYPES[a.dtype], a.shape)
        graph = helper.make_graph(
            self.nodes, "g", [value(k, v) for k, v in self.inputs.items()],
            [helper.make_empty_tensor_value_info(o) for o in self.outputs],
            [v if isinstance(v, TensorProto) else numpy_helper.from_array(v, k) for k, v in self.constants.items()])
        opsets = [helper.make_opsetid("", self.opset)] + [helper.make_opsetid(d, v) for d, v in self.domains]
        return helper.make_model(graph, opset_imports=opsets, ir_version=8 if self.opset < 19 else 10)


def node(op, inputs, outputs=("y",), **attributes):
    return helper.make_node(op, list(inputs), list(outputs), name=f"{op.lower()}_{outputs[0]}", **attributes)


def one(op, x, constants=None, opset=17, **attributes):
    """op(x, constants...)"""
    constants = constants or {}
    return Case(node(op, ["x", *constants], **attributes), {"x": x}, constants, opset)


def elementwise():
    x = numbers(2, 3, 4)
    for op in ["Relu", "Sigmoid", "Tanh", "Exp", "Erf", "Neg", "Abs", "Floor", "Ceil", "Round", "Sign", "Sin", "Cos",
               "Atan", "Sinh", "Cosh", "Softsign", "Softplus", "HardSwish", "Identity", "Elu", "LeakyRelu", "Selu",
               "HardSigmoid", "Celu"]:
        yield one(op, x)
    for op in ["Log", "Sqrt", "Reciprocal"]:
        yield one(op, numbers(2, 5, low=0.1, high=4.0))
    yield one("Mish", x, opset=18)
    yield one("Tan", numbers(4, low=-1, high=1))
    for op in ["Asin", "Acos"]:
        yield one(op, numbers(2, 4, low=-0.9, high=0.9))
    yield one("HardSigmoid", x, alpha=1 / 6, beta=0.5)
    yield one("Elu", x, alpha=0.5)
    yield one("LeakyRelu", x, alpha=0.2)
    yield one("PRelu", x, {"slope": numbers(3, 1)})
    yield one("PRelu", x, {"slope": numbers(1)})
    yield one("PRelu", x, {"slope": numbers(2, 3, 4)})
    yield one("Gelu", x, opset=20)
    yield one("Gelu", x, opset=20, approximate="tanh")
    for op in ["Add", "Sub", "Mul", "Div"]:
        yield one(op, x, {"c": numbers(4, low=1, high=2)})
        yield one(op, x, {"c": np.float32(1.5)})
        yield Case(node(op, ["x", "z"]), {"x": x, "z": numbers(2, 1, 4, low=1, high=2)})
    yield one("Pow", numbers(2, 3, low=0.1, high=2), {"c": np.float32(0.5)})
    yield one("Pow", x, {"c": np.float32(2)})
    yield Case(node("Pow", ["x", "z"]), {"x": numbers(2, 3, low=0.1), "z": numbers(2, 3)})
    for op in ["Min", "Max", "Sum", "Mean"]:
        yield Case(node(op, ["x", "z", "w"]), {"x": x, "z": numbers(2, 3, 4), "w": numbers(2, 3, 4)})
    yield one("Div", np.array([[7, -7, 9]], np.int64), {"c": ints(2)})
    yield one("Mod", np.array([[7, -7, 9]], np.int64), {"c": ints(4)})
    for op in ["Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual"]:
        yield Case(node(op, ["x", "z"]), {"x": np.round(x), "z": np.round(numbers(2, 3, 4))})
    a, b = numbers(2, 5) > 0, numbers(2, 5) > 0
    for op in ["And", "Or", "Xor"]:
        yield Case(node(op, ["x", "z"]), {"x": a, "z": b})
    yield Case(node("Not", ["x"]), {"x": a})
    yield Case(node("Where", ["x", "z", "w"]), {"x": a, "z": numbers(2, 5), "w": numbers(2, 5)})
    yield Case(node("IsNaN", ["x"]), {"x": np.array([[1, np.nan, np.inf]], np.float32)})
    yield Case(node("IsInf", ["x"]), {"x": np.array([[1, np.nan, -np.inf]], np.float32)})
    yield one("Clip", x, opset=8, min=-1.0, max=2.0)
    yield one("Clip", x, {"low": np.float32(-0.5), "high": np.float32(1)})
    yield one("Clip", x, {"low": np.float32(0), "high": np.float32(6)})
    yield one("Clip", x, {"low": np.float32(0)})
    yield Case(node("Clip", ["x", "", "high"]), {"x": x}, {"high": np.float32(1)})
    for to in [I, B, TensorProto.INT32]:
        yield one("Cast", x * 3, to=to)
    for opset in [8, 11, 13]:
        for axis in [1, -1]:
            if opset > 8 or axis == 1:
                yield one("Softmax", x, opset=opset, axis=axis)
                yield one("LogSoftmax", x, opset=opset, axis=axis)
    yield one("OneHot", np.array([[0, 2, -1]], np.int64), {"d": ints(3), "v": np.array([0.5, 2], np.float32)})
    yield one("OneHot", np.array([[0, 2, 5]], np.int64), {"d": ints(4), "v": np.array([0, 1], np.float32)}, axis=1)


def reductions():
    x = numbers(2, 3, 4, low=0.1, high=2)
    for op in ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2",
               "ReduceLogSum", "ReduceLogSumExp", "ReduceSumSquare"]:
        yield one(op, x, opset=11, axes=[1], keepdims=0)
        yield one(op, x, {"axes": ints(-1, 1)}, opset=18)
    yield one("ReduceSum", x, {"axes": ints(2)}, opset=13, keepdims=0)
    yield one("ReduceMean", x, opset=13, axes=[1, 2])
    for op in ["ArgMax", "ArgMin"]:
        yield one(op, x, axis=1)
        yield one(op, x, axis=-1, keepdims=0)
    yield one("CumSum", x, {"axis": ints(1)[0]})
    yield Case(node("TopK", ["x", "k"], ["y", "i"], axis=1), {"x": x}, {"k": ints(2)}, outputs=("y", "i"))
    yield Case(node("TopK", ["x", "k"], ["y", "i"], largest=0), {"x": x}, {"k": ints(2)}, outputs=("y", "i"))


def moves():
    x = numbers(2, 3, 4)
    yield one("Reshape", x, {"s": ints(2, -1)})
    yield one("Reshape", x, {"s": ints(0, 4, 3)})
    yield one("Reshape", x, {"s": ints(2, 2, 6)})
    yield one("Reshape", x, {"s": ints(2, 3, 2, 2)}, opset=14, allowzero=1)
    for axis in [0, 1, 2, 3, -1]:
        yield one("Flatten", x, axis=axis)
    y = numbers(2, 1, 3, 1)
    yield one("Squeeze", y, opset=11, axes=[1])
    yield one("Squeeze", y, {"axes": ints(-1, 1)})
    yield one("Squeeze", y)
    yield one("Unsqueeze", x, opset=11, axes=[1, 3])
    yield one("Unsqueeze", x, {"axes": ints(-1)})
    yield one("Transpose", x)
    yield one("Transpose", x, perm=[0, 2, 1])
    yield one("Transpose", numbers(2, 3, 4, 5), perm=[0, 2, 3, 1])
    yield one("Expand", numbers(2, 1, 4), {"s": ints(3, 1)})
    yield one("Expand", numbers(2, 3), {"s": ints(4, 2, 3)})
    yield one("Tile", x, {"r": ints(1, 2, 3)})
    yield Case(node("Concat", ["x", "z"], axis=1), {"x": x, "z": numbers(2, 1, 4)})
    yield Case(node("Concat", ["x", "z", "c"], axis=-1), {"x": x, "z": x}, {"c": numbers(2, 3, 2)})
    yield Case(node("Split", ["x"], ["y", "z"], axis=2), {"x": x}, opset=11, outputs=("y", "z"))
    yield Case(node("Split", ["x"], ["y", "z"], axis=1, split=[1, 2]), {"x": x}, opset=11, outputs=("y", "z"))
    yield Case(node("Split", ["x", "s"], ["y", "z"], axis=1), {"x": x}, {"s": ints(2, 1)}, outputs=("y", "z"))
    yield Case(node("Split", ["x"], ["y", "z"], axis=1, num_outputs=2), {"x": x}, opset=18, outputs=("y", "z"))
    yield one("Slice", x, opset=8, starts=[0, 1], ends=[2, 3], axes=[0, 1])
    yield one("Slice", x, {"s": ints(1), "e": ints(100), "a": ints(2)})
    yield one("Slice", x, {"s": ints(-3), "e": ints(-1), "a": ints(-1)})
    yield one("Slice", x, {"s": ints(0), "e": ints(4), "a": ints(2), "t": ints(2)})
    yield one("Slice", x, {"s": ints(-1), "e": ints(-(2 ** 62)), "a": ints(1), "t": ints(-1)})
    yield one("Gather", x, {"i": ints(1)[0]}, axis=1)
    yield one("Gather", x, {"i": ints(2, 0, -1)}, axis=2)
    yield one("Gather", x, {"i": np.array([[0, 2], [1, 1]])}, axis=1)
    yield Case(node("Gather", ["w", "x"]), {"x": np.array([[0, 2, 4]])}, {"w": numbers(5, 6)}, name="Gather embedding")
    yield Case(node("GatherElements", ["x", "i"], axis=2), {"x": x, "i": random.integers(0, 4, (2, 3, 2))})
    yield one("GatherND", x, {"i": np.array([[0, 1], [1, 2]])})
    yield one("Trilu", numbers(2, 4, 4))
    yield one("Trilu", numbers(2, 4, 4), {"k": ints(-1)[0]}, upper=0)
    for k in [0, 2, -1, 9]:
        yield Case([node("EyeLike", ["w"], ["e"], k=k, dtype=F), node("Add", ["x", "e"])], {"x": numbers(2, 3, 5)},
                   {"w": ints(*range(15)).reshape(3, 5)}, name=f"EyeLike {k}")
    yield Case([node("EyeLike", ["w"], ["e"]), node("Mul", ["x", "e"])], {"x": numbers(2, 3, 3)},
               {"w": numbers(3, 3)}, name="EyeLike of its input's type")


def layers():
    x = numbers(2, 5)
    w = numbers(5, 3)
    yield one("MatMul", x, {"w": w})
    yield one("MatMul", numbers(2, 4, 5), {"w": w})
    yield Case(node("MatMul", ["x", "z"]), {"x": numbers(2, 4, 5), "z": numbers(2, 5, 3)})
    yield Case([node("MatMul", ["x", "w"], ["m"]), node("Add", ["m", "b"])], {"x": x}, {"w": w, "b": numbers(3)},
               name="linear")
    yield Case([node("MatMul", ["x", "w"], ["m"]), node("Add", ["b", "m"])], {"x": x}, {"w": w, "b": numbers(1, 3)},
               name="linear, bias of two axes")
    yield one("Gemm", x, {"w": w, "b": numbers(3)})
    yield one("Gemm", x, {"w": numbers(3, 5), "b": numbers(3)}, transB=1)
    yield one("Gemm", x, {"w": numbers(3, 5)}, transB=1, alpha=0.5)
    yield one("Gemm", x, {"w": w, "b": numbers(1, 3)}, alpha=0.5, beta=2.0)
    yield Case(node("Gemm", ["x", "z"], transA=1), {"x": numbers(5, 2), "z": numbers(5, 3)})
    yield Case(node("Einsum", ["x", "z"], equation="bij,bjk->bik"), {"x": numbers(2, 4, 5), "z": numbers(2, 5, 3)})
    norm = {"s": numbers(5), "b": numbers(5), "m": numbers(5), "v": numbers(5, low=0.5, high=2)}
    for shape in [(2, 5), (2, 5, 3), (2, 5, 3, 4)]:
        yield one("BatchNormalization", numbers(*shape), norm, opset=9)
        yield one("BatchNormalization", numbers(*shape), norm, opset=15, epsilon=0.01)
    # A weight that is standardized by the operator, as a convolution's.
    yield Case([node("BatchNormalization", ["w", *norm], ["n"]), node("Reshape", ["n", "to"], ["k"]),
                node("Conv", ["x", "k"])], {"x": numbers(2, 2, 5, 5)},
               {**norm, "w": numbers(1, 5, 8), "to": ints(5, 2, 2, 2)}, opset=15, name="BatchNormalization of a weight")
    yield one("LayerNormalization", numbers(2, 3, 5), {"s": numbers(5), "b": numbers(5)})
    yield one("LayerNormalization", numbers(2, 3, 5), {"s": numbers(3, 5)}, axis=1)
    yield one("RMSNormalization", numbers(2, 3, 5), {"s": numbers(5)}, opset=23)
    yield one("InstanceNormalization", numbers(2, 5, 3, 4), {"s": numbers(5), "b": numbers(5)})
    yield one("InstanceNormalization", numbers(2, 5, 6), {"s": numbers(5), "b": numbers(5)})
    yield one("GroupNormalization", numbers(2, 6, 3, 4), {"s": numbers(6), "b": numbers(6)}, opset=21, num_groups=3)
    yield one("LRN", numbers(2, 7, 3, 3), size=3, alpha=0.01)
    yield one("LpNormalization", numbers(2, 3, 5), p=2)
    yield one("LpNormalization", numbers(2, 3, 5), p=1, axis=1)
    yield one("Dropout", x)
    yield one("Dropout", x, opset=8, ratio=0.3)


def convolutions():
    x, w = numbers(2, 4, 9, 8), numbers(6, 4, 3, 3)
    yield one("Conv", x, {"w": w})
    yield one("Conv", x, {"w": w, "b": numbers(6)}, pads=[1, 1, 1, 1], strides=[2, 1])
    yield one("Conv", x, {"w": w}, pads=[0, 1, 2, 1])
    yield one("Conv", x, {"w": w}, dilations=[2, 1], kernel_shape=[3, 3])
    for pad in ["SAME_UPPER", "SAME_LOWER", "VALID"]:
        yield one("Conv", x, {"w": numbers(6, 4, 2, 3)}, auto_pad=pad, strides=[2, 2])
    yield one("Conv", x, {"w": numbers(4, 1, 3, 3)}, group=4)
    yield one("Conv", numbers(2, 4, 9), {"w": numbers(6, 4, 3), "b": numbers(6)}, pads=[1, 1])
    yield one("Conv", numbers(1, 2, 5, 5, 5), {"w": numbers(3, 2, 3, 3, 3)})
    yield one("ConvTranspose", numbers(2, 4, 5, 5), {"w": numbers(4, 3, 3, 3), "b": numbers(3)}, strides=[2, 2])
    yield one("ConvTranspose", numbers(2, 4, 5, 5), {"w": numbers(4, 3, 3, 3)}, strides=[2, 2], pads=[1, 1, 1, 1],
              output_padding=[1, 1])
    yield one("ConvTranspose", numbers(2, 4, 5, 5), {"w": numbers(4, 3, 3, 3)}, strides=[2, 2], pads=[0, 1, 1, 0])
    yield one("ConvTranspose", numbers(2, 4, 5), {"w": numbers(4, 3, 3)}, strides=[2], auto_pad="SAME_UPPER")
    yield one("ConvTranspose", numbers(2, 4, 5, 5), {"w": numbers(4, 3, 3, 3)}, strides=[2, 2], output_shape=[10, 10])
    for op in ["MaxPool", "AveragePool"]:
        yield one(op, x, kernel_shape=[2, 2], strides=[2, 2])
        yield one(op, x, kernel_shape=[3, 3], pads=[1, 1, 1, 1])
        yield one(op, x, kernel_shape=[3, 2], strides=[2, 2], ceil_mode=1)
        yield one(op, x, kernel_shape=[2, 2], auto_pad="SAME_UPPER", strides=[2, 2])
        yield one(op, x, kernel_shape=[3, 3], pads=[0, 0, 1, 2])
        yield one(op, numbers(2, 4, 9), kernel_shape=[3], strides=[2])
    yield one("AveragePool", x, kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1)
    yield one("MaxPool", x, kernel_shape=[2, 2], dilations=[2, 2])
    for op in ["GlobalAveragePool", "GlobalMaxPool"]:
        yield one(op, x)
        yield one(op, numbers(2, 4, 9))


def images():
    x = numbers(2, 4, 4, 5)
    up = np.array([1, 1, 2, 3], np.float32)
    none = np.array([], np.float32)
    yield one("Upsample", x, {"s": up}, opset=9)
    yield one("Resize", x, {"s": up}, opset=10)
    yield one("Resize", x, {"s": np.array([1, 1, 0.5, 0.6], np.float32)}, opset=10, mode="nearest")
    yield one("Resize", x, {"s": np.array([1, 1, 0.5, 0.6], np.float32)}, opset=10, mode="linear")
    yield one("Upsample", x, {"s": up}, opset=9, mode="linear")
    for transform in ["asymmetric", "half_pixel_symmetric"]:
        yield one("Resize", x, {"r": none, "s": np.array([1, 1, 1.5, 2], np.float32)}, opset=19, mode="linear",
                  coordinate_transformation_mode=transform)
        yield one("Resize", numbers(2, 3, 7), {"r": none, "n": none, "s": ints(2, 3, 10)}, opset=19, mode="linear",
                  coordinate_transformation_mode=transform)
    yield one("Resize", x, {"r": none, "n": none, "s": ints(2, 4, 7, 1)}, opset=19, mode="linear",
              coordinate_transformation_mode="pytorch_half_pixel")
    for transform in ["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"]:
        for nearest in ["round_prefer_floor", "floor", "ceil", "round_prefer_ceil"]:
            yield one("Resize", x, {"r": none, "s": np.array([1, 1, 1.5, 2], np.float32)}, opset=13, mode="nearest",
                      coordinate_transformation_mode=transform, nearest_mode=nearest)
    for transform in ["half_pixel", "align_corners", "pytorch_half_pixel"]:
        yield one("Resize", x, {"r": none, "s": up}, opset=13, mode="linear", coordinate_transformation_mode=transform)
        yield one("Resize", x, {"r": none, "n": none, "s": ints(2, 4, 7, 3)}, opset=13, mode="linear",
                  coordinate_transformation_mode=transform)
    yield one("Resize", x, {"r": none, "s": up}, opset=13, mode="cubic")
    yield one("Resize", x, {"r": none, "n": none, "s": ints(8, 10)}, opset=18, mode="nearest", axes=[2, 3])
    for mode in ["constant", "reflect", "edge"]:
        yield one("Pad", x, {"p": ints(0, 0, 1, 2, 0, 0, 2, 1)}, mode=mode)
    yield one("Pad", x, {"p": ints(0, 0, 1, 2, 0, 0, 2, 1), "v": np.float32(1.5)})
    yield one("Pad", x, opset=8, pads=[0, 1, 0, 0, 0, 0, 0, 2], value=2.0)
    yield one("Pad", x, {"p": ints(1, 2), "v": np.float32(0), "a": ints(2)}, opset=18)
    yield one("DepthToSpace", x, blocksize=2)
    yield one("DepthToSpace", x, blocksize=2, mode="CRD")
    yield one("SpaceToDepth", numbers(2, 3, 4, 6), blocksize=2)


def programs():
    """Constants, shapes, branches, functions."""
    x = numbers(2, 3, 4)
    yield Case([node("Shape", ["x"], ["s"]), node("Gather", ["s", "zero"], ["n"]),
                node("Unsqueeze", ["n", "zeros"], ["u"]), node("Concat", ["u", "rest"], ["t"], axis=0),
                node("Reshape", ["x", "t"])], {"x": x}, {"zero": ints(0)[0], "zeros": ints(0), "rest": ints(-1)},
               name="shape arithmetic")
    yield Case([node("Constant", [], ["c"], value_floats=[1.0, 2.0, 3.0, 4.0]), node("Add", ["x", "c"])], {"x": x},
               name="value_floats")
    yield Case([node("Constant", [], ["c"], value_float=2.5), node("Mul", ["x", "c"])], {"x": x}, name="value_float")
    yield Case([node("Shape", ["x"], ["s"], start=1), node("ConstantOfShape", ["s"], ["c"]),
                node("Add", ["x", "c"], ["d"]), node("Identity", ["d"])], {"x": x}, name="constant of shape")
    yield Case([node("Range", ["a", "b", "d"], ["r"]), node("Cast", ["r"], ["f"], to=F), node("Add", ["x", "f"])],
               {"x": x}, {"a": ints(0)[0], "b": ints(8)[0], "d": ints(2)[0]}, name="range")
    info = lambda name: helper.make_empty_tensor_value_info(name)
    yes = helper.make_graph([node("Relu", ["x"], ["t"])], "yes", [], [info("t")])
    no = helper.make_graph([node("Neg", ["x"], ["e"])], "no", [], [info("e")])
    for value in [True, False]:
        yield Case(node("If", ["c"], then_branch=yes, else_branch=no), {"x": x}, {"c": np.array(value)}, name="if")
    attention = np.array(0.5, np.float32)
    yield Case([node("Div", ["x", "r"], ["d"]), node("Erf", ["d"], ["e"]), node("Add", ["e", "one"], ["a"]),
                node("Mul", ["x", "a"], ["m"]), node("Mul", ["m", "half"])], {"x": x},
               {"r": np.float32(np.sqrt(2)), "one": np.float32(1), "half": attention}, name="gelu as erf")


def quantized():
    x = numbers(2, 6)
    s, z = np.float32(0.03), np.array(3, np.int8)
    pair = lambda scale, zero: [node("QuantizeLinear", ["x", scale, zero], ["q"]),
                                node("DequantizeLinear", ["q", scale, zero], ["d"]), node("Relu", ["d"])]
    for scale, zero in [(s, z), (np.float32(0.0625), np.array(0, np.int8)), (s, np.array(128, np.uint8)),
                        (np.float32(0.25), np.array(0, np.uint8))]:
        yield Case(pair("s", "z"), {"x": x}, {"s": scale, "z": zero}, name=f"QDQ {scale} {zero}")
    w = random.integers(-127, 128, (6, 3)).astype(np.int8)
    scales = numbers(3, low=0.01, high=0.05)
    yield Case([*pair("s", "z")[:2], node("DequantizeLinear", ["w", "ws", "wz"], ["wd"], axis=1),
                node("MatMul", ["d", "wd"], ["m"]), node("DequantizeLinear", ["b", "bs"], ["bd"]),
                node("Add", ["m", "bd"])], {"x": x},
               {"s": s, "z": z, "w": w, "ws": scales, "wz": np.zeros(3, np.int8),
                "b": np.array([100, -2000, 31000], np.int32), "bs": np.float32(0.001)}, name="QDQ linear")
    yield Case([*pair("s", "z")[:2], node("DequantizeLinear", ["w", "ws", "wz"], ["wd"], axis=0),
                node("Gemm", ["d", "wd"], transB=1)], {"x": x},
               {"s": s, "z": z, "w": np.ascontiguousarray(w.T), "ws": scales, "wz": np.zeros(3, np.int8)},
               name="QDQ gemm")
    for kind, low, high in [(TensorProto.INT4, -8, 8), (TensorProto.UINT4, 0, 16)]:
        codes = random.integers(low, high, 18)
        yield Case([node("DequantizeLinear", ["w", "ws"], ["wd"]), node("MatMul", ["x", "wd"])], {"x": x},
                   {"w": helper.make_tensor("w", kind, [6, 3], codes), "ws": np.float32(0.1)}, opset=21, name="int4")
    yield Case([node("DequantizeLinear", ["w", "s"], ["d"]), node("Cast", ["d"], ["f"], to=F), node("Add", ["x", "f"])],
               {"x": x}, {"w": random.integers(-128, 128, (2, 6)).astype(np.int8), "s": np.float16(0.0731)}, opset=19,
               name="DequantizeLinear in float16", refused="its scale is of float16, to which it rounds its values")
    for kind in [TensorProto.FLOAT8E4M3FN, TensorProto.FLOAT8E4M3FNUZ, TensorProto.FLOAT8E5M2,
                 TensorProto.FLOAT8E5M2FNUZ]:
        for scale, axis in [(np.float32(0.03), None), (np.float32(0.25), None), (numbers(6, low=0.01, high=0.9), 1)]:
            zero = helper.make_tensor("z", kind, scale.shape, np.zeros(scale.size))
            along = {} if axis is None else {"axis": axis}
            yield Case([node("QuantizeLinear", ["x", "s", "z"], ["q"], **along),
                        node("DequantizeLinear", ["q", "s", "z"], ["d"], **along),
                        node("DequantizeLinear", ["w", "s"], ["wd"], **along), node("Add", ["d", "wd"])], {"x": 50 * x},
                       {"s": scale, "z": zero, "w": helper.make_tensor("w", kind, [2, 6], x.ravel())}, opset=21,
                       name=f"QDQ {TensorProto.DataType.Name(kind)} {scale.ravel()}")
    yield Case([node("QuantizeLinear", ["x", "s", "z"], ["q"], saturate=0), node("DequantizeLinear", ["q", "s", "z"])],
               {"x": x}, {"s": s, "z": helper.make_tensor("z", TensorProto.FLOAT8E5M2, [], [0.0])}, opset=21,
               name="QDQ float8 to infinity", refused="it does not saturate")
    yield Case([node("QuantizeLinear", ["x", "s", "z"], ["q"]), node("Clip", ["q", "low", "high"], ["c"]),
                node("DequantizeLinear", ["c", "s", "z"])], {"x": x},
               {"s": np.float32(0.4), "z": np.array(0, np.int8), "low": np.array(-7, np.int8),
                "high": np.array(7, np.int8)}, name="QCDQ")
    yield Case([node("Clip", ["w", "low", "high"], ["c"]), node("DequantizeLinear", ["c", "ws", "wz"], ["wd"], axis=1),
                node("MatMul", ["x", "wd"])], {"x": x},
               {"w": np.clip(w, -7, 7), "ws": scales, "wz": np.zeros(3, np.int8), "low": np.array(-7, np.int8),
                "high": np.array(7, np.int8)}, name="QCDQ weight of 4 bits")
    yield Case([node("Clip", ["w", "low", "high"], ["c"]), node("DequantizeLinear", ["c", "s"], ["wd"]),
                node("MatMul", ["x", "wd"])], {"x": x},
               {"w": w, "s": s, "low": np.array(-128, np.int8), "high": np.array(5, np.int8)}, name="Clip of int8 to 5",
               refused="its integers go from -128 to 5")
    image, kernel = numbers(2, 2, 6, 6), random.integers(-127, 128, (3, 2, 3, 3)).astype(np.int8)
    integers = [node("QuantizeLinear", ["x", "s", "z"], ["q"]),
                node("QLinearConv", ["q", "s", "z", "w", "ws", "wz", "ys", "yz", "b"], ["c"], pads=[1, 1, 1, 1]),
                node("MaxPool", ["c"], ["p"], kernel_shape=[2, 2], strides=[2, 2]),
                node("Flatten", ["p"], ["f"]),
                node("QLinearMatMul", ["f", "ys", "yz", "v", "vs", "vz", "s", "z"], ["m"]),
                node("DequantizeLinear", ["m", "s", "z"])]
    constants = {"s": np.float32(0.03), "z": np.array(120, np.uint8), "w": kernel, "ws": scales,
                 "wz": np.zeros(3, np.int8), "ys": np.float32(0.2), "yz": np.array(100, np.uint8),
                 "b": np.array([100, -2000, 31000], np.int32), "vs": np.float32(0.001), "vz": np.array(-3, np.int8),
                 "v": random.integers(-127, 128, (27, 4)).astype(np.int8)}
    yield Case(integers, {"x": image}, constants, name="QLinearConv, QLinearMatMul")
    other = {**constants, "ys": np.float32(0.25)}
    other["s2"] = np.float32(0.2)
    wrong = [*integers[:4], node("QLinearMatMul", ["f", "s2", "yz", "v", "vs", "vz", "s", "z"], ["m"]), integers[5]]
    yield Case(wrong, {"x": image}, other, name="QLinearMatMul of another scale",
               refused="is not that of its QuantizeLinear")
    yield Case([integers[0], node("QLinearConv", ["q", "s", "z", "x", "ws", "wz", "ys", "yz"])], {"x": image},
               constants, name="QLinearConv whose weight is no integer", refused="its integers are computed")


def all_cases():
    for group in [elementwise, reductions, moves, layers, convolutions, images, programs, quantized]:
        yield from group()
