"""The quantizers of QONNX beside qonnx's own functions: ties, saturation, every rounding mode, scales per channel.

onnx and qonnx are installed by tools/ci-peers; without them nothing is tested here.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from script import expect, main  # noqa: E402
from peers import Models, load_qonnx, need, np  # noqa: E402

DOMAIN = "qonnx.custom_op.general"
MODES = ["ROUND", "HALF_EVEN", "CEIL", "FLOOR", "ROUND_TO_ZERO", "UP", "DOWN", "HALF_UP", "HALF_DOWN"]
KNOWN = [mode for mode in MODES if mode != "ROUND_TO_ZERO"]  # what qonnx 1.0 has a function for


def model_of(op, x, constants, version=1, weight=False, **attributes):
    """x, or a constant of its values that is added to zeros, through one quantizer."""
    from onnx import helper
    from onnx_cases import Case, node
    names = ["w" if weight else "x", *constants]
    nodes = [helper.make_node(op, names, ["q" if weight else "y"], name="quantizer", domain=DOMAIN, **attributes)]
    if weight:
        nodes, constants = [*nodes, node("Add", ["x", "q"])], {"w": x, **constants}
    return Case(nodes, {"x": np.zeros_like(x) if weight else x}, constants, domains=[(DOMAIN, version)])


class Checked:
    """Models against references; all that differ are named together."""

    def __init__(self, models):
        self.models, self.wrong, self.count = models, [], 0

    def run(self, case):
        import onnx
        onnx.save(case.model(), self.models.file("m.onnx"))
        outputs, answer = self.models.run("models.onnx", {"file": self.models.file("m.onnx")},
                                          list(case.inputs.values()))
        return (None, answer["error"]) if outputs is None else (outputs[0], None)

    def equal(self, what, case, x, theirs):
        self.count += 1
        ours, error = self.run(case)
        if error:
            self.wrong.append(f"{what}: {error}")
            return
        bad = ~((ours == theirs) | (np.isnan(ours) & np.isnan(theirs)))
        if bad.any():
            self.wrong.append(f"{what}: {np.count_nonzero(bad)} of {bad.size} differ, first x = {x[bad][0]!r}: "
                              f"{ours[bad][0]!r}, expected {theirs[bad][0]!r}")

    def refused(self, what, case, why):
        self.count += 1
        _, error = self.run(case)
        if error is None or why not in error:
            self.wrong.append(f"{what}: {error or 'read'}, expected an error with '{why}'")

    def finish(self):
        lines = "\n  ".join(["", *self.wrong[:40]])
        expect(not self.wrong, f"{len(self.wrong)} of {self.count} quantizers: {lines}")


def f32(value):
    return np.array(value, np.float32)


def around(scale, low, high, seed=1, count=400):
    """[3, n]: codes and ties of one or three scales with their neighbours, numbers in between and far beyond."""
    r = np.random.default_rng(seed)
    ties = r.integers(2 * low - 6, 2 * high + 7, (3, count)) / 2
    near = (ties * scale.reshape(-1, 1)).astype(np.float32)
    near = np.nextafter(near, near + r.integers(-1, 2, near.shape).astype(np.float32))
    spread = r.uniform(1.5 * low - 2, 1.5 * high + 2, (3, count)) * scale.reshape(-1, 1)
    x = np.concatenate([near, spread.astype(np.float32), np.full((3, 1), 1e30), np.full((3, 1), -1e30),
                        np.zeros((3, 1))], 1).astype(np.float32)
    return np.where(np.abs(x) < 1e-30, np.float32(0), x)  # x / scale underflows in qonnx, and CEIL gives 0


def rounded(x, scale, zero, bits, signed, narrow, mode):
    """int_quant in float32, but for the rounding itself: HALF_UP adds 0.5, which float32 rounds just below a tie."""
    from qonnx.custom_op.general.intquant import int_quant
    scale, zero = (v.reshape(-1, 1) if v.size > 1 else v for v in (scale, zero))
    with np.errstate(over="ignore"):
        y = (x / scale + zero).astype(np.float64)
    codes = int_quant(y, np.float64(1), np.float64(0), np.float64(bits), signed, narrow, mode)
    if bits == 1 and signed:
        return codes.astype(np.float32) * scale
    return ((codes.astype(np.float32) - zero) * scale).astype(np.float32)


def integers():
    load_qonnx()
    scales = {"2^-3": f32(0.125), "0.1": f32(0.1), "per channel": f32([[0.1], [0.25], [3.3]]),
              "per channel, powers": f32([[0.5], [0.25], [4]])}
    with Models() as models:
        check = Checked(models)
        for bits, signed, narrow in [(8, 1, 0), (8, 1, 1), (8, 0, 0), (4, 0, 1), (2, 1, 1), (2, 1, 0), (1, 0, 0),
                                     (1, 1, 0), (1, 1, 1), (3, 1, 0), (16, 1, 0)]:
            for name, scale in scales.items():
                low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2 ** bits - 1)
                x = around(scale, low, high)
                for mode in KNOWN:
                    for weight in [False, True]:
                        what = f"Quant {bits} signed {signed} narrow {narrow} scale {name} {mode} weight {weight}"
                        case = model_of("Quant", x, {"s": scale, "z": f32(0), "b": f32(bits)}, weight=weight,
                                        signed=signed, narrow=narrow, rounding_mode=mode)
                        check.equal(what, case, x, rounded(x, scale, f32(0), bits, signed, narrow, mode))
        check.finish()


def zero_points():
    load_qonnx()
    with Models() as models:
        check = Checked(models)
        for bits, signed, narrow, zero in [(8, 0, 0, f32(131)), (8, 1, 0, f32(-7)), (4, 0, 1, f32(3)),
                                           (5, 0, 0, f32([[0], [3], [31]])), (8, 1, 1, f32([[-127], [0], [5]]))]:
            for scale in [f32(0.125), f32(0.1), f32([[0.1], [0.25], [3.3]])]:
                low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2 ** bits - 1)
                x = around(scale, low - int(zero.max()), high - int(zero.min()))
                for mode in KNOWN:
                    case = model_of("Quant", x, {"s": scale, "z": zero, "b": f32(bits)}, signed=signed, narrow=narrow,
                                    rounding_mode=mode)
                    what = f"Quant {bits} {signed} {narrow} zero {zero.ravel()} scale {scale.ravel()} {mode}"
                    check.equal(what, case, x, rounded(x, scale, zero, bits, signed, narrow, mode))
        check.finish()


def wide_and_odd_widths():
    load_qonnx()
    with Models() as models:
        check = Checked(models)
        quant = lambda x, bits, scale=0.125, mode="ROUND", **more: model_of(
            "Quant", x, {"s": f32(scale), "z": f32(more.pop("zero", 0)), "b": f32(bits)}, signed=1, narrow=0,
            rounding_mode=mode, **more)
        for bits in [17, 20, 22, 24, 25, 31, 32, 33, 40, 62]:
            half = 2 ** (bits - 1)
            x = np.concatenate([around(f32(0.125), -half, half - 1), around(f32(0.125), -9, 9)], 1)
            if bits > 25:  # of the greatest code, float32 in qonnx makes one more
                x = np.minimum(x, 2.0 ** (bits - 5)).astype(np.float32)
            check.equal(f"Quant {bits}", quant(x, bits), x, rounded(x, f32(0.125), f32(0), bits, 1, 0, "ROUND"))
        x = around(f32(0.125), -8, 7)
        for bits, why in [(63, "bit width is 63"), (1000, "bit width is 1000"),
                          (2.5, "bit width is 2.5"), (7.999, "bit width is 7.99"), (0, "bit width is 0"),
                          (-4, "bit width is -4"), (float("nan"), "bit width is nan"),
                          (float("inf"), "bit width is inf"),
                          ([[4], [5], [6]], "bit width differs along an axis")]:
            check.refused(f"Quant {bits}", quant(x, bits), why)
        check.refused("23 bits", quant(x, 23, scale=0.1), "23 bits and a scale that is no power of two")
        both = model_of("Quant", x, {"s": f32([[1], [2], [3]]), "z": f32(range(x.shape[1])), "b": f32(8)}, signed=1,
                        narrow=0)
        check.refused("scales and zero points along two axes", both, "differ along other axes")
        check.refused("scale 0", quant(x, 8, scale=0), "its scale is 0")
        check.refused("scale < 0", quant(x, 8, scale=-0.5), "its scale is -0.5")
        check.refused("scale nan", quant(x, 8, scale=float("nan")), "its scale is nan")
        check.refused("scale inf", quant(x, 8, scale=float("inf")), "its scale is inf")
        check.refused("scale of a subnormal", quant(x, 8, scale=1e-40), "its scale is 9.99")
        check.refused("scale beyond 1e38", quant(x, 8, scale=3e38), "its scale is 3.0")
        check.refused("zero point 0.5", quant(x, 8, zero=0.5), "zero point is 0.5")
        check.refused("zero point beyond", quant(x, 8, zero=200), "zero point 200")
        for mode in ["ROUND_TO_ZERO", "STOCHASTIC", ""]:
            check.refused(f"mode '{mode}'", quant(x, 8, mode=mode), f"rounding mode is {mode}")
        check.finish()


def bipolar():
    load_qonnx()
    from qonnx.custom_op.general.bipolar_quant import binary_quant
    with Models() as models:
        check = Checked(models)
        for scale in [f32(1), f32(0.3), f32([[0.1], [0.25], [3.3]])]:
            x = around(f32(0.5), -3, 3)
            for weight in [False, True]:
                case = model_of("BipolarQuant", x, {"s": scale}, weight=weight)
                check.equal(f"BipolarQuant {scale.ravel()} {weight}", case, x, binary_quant(x, scale))
        check.finish()


def grid(scale, low, high):
    """[3, n]: every code at a scale (or three), as the quantizer before a Trunc leaves them."""
    return np.broadcast_to(np.arange(low, high + 1, dtype=np.float32) * scale.reshape(-1, 1),
                           (3, high + 1 - low)).astype(np.float32).copy()


def truncation():
    """The first version keeps the scale, the second has a scale and a range for its result."""
    load_qonnx()
    from qonnx.custom_op.general.trunc import trunc_v1, trunc_v2
    with Models() as models:
        check = Checked(models)
        for scale in [f32(0.125), f32(1), f32(0.1), f32(0.0123)]:
            for signed in [1, 0]:
                x = grid(scale, -128 if signed else 0, 127 if signed else 255)
                near = np.random.default_rng(3).uniform(-0.4, 0.4, x.shape).astype(np.float32) * scale
                for values in [x, x + near]:
                    for mode in KNOWN:
                        for out in [4, 7, 8]:
                            case = model_of("Trunc", values, {"s": scale, "z": f32(0), "i": f32(8), "o": f32(out)},
                                            rounding_mode=mode)
                            check.equal(f"Trunc 1 scale {scale} signed {signed} to {out} {mode}", case, values,
                                        trunc_v1(values, scale, f32(0), f32(8), f32(out), mode))
                        for out, narrow, shift in [(4, 0, 4), (4, 1, 4), (6, 0, 4), (3, 0, 2), (8, 0, 0)]:
                            wide = f32(scale * 2 ** shift)
                            inputs = {"s": scale, "z": f32(0), "i": f32(8), "t": wide, "o": f32(out)}
                            case = model_of("Trunc", values, inputs, version=2, signed=signed, narrow=narrow,
                                            rounding_mode=mode)
                            check.equal(f"Trunc 2 scale {scale} signed {signed} shift {shift} to {out} {narrow} {mode}",
                                        case, values, trunc_v2(values, scale, f32(0), f32(8), narrow, signed, wide,
                                                               np.float64(out), mode).astype(np.float32))
        x, base = grid(f32(1), 0, 9), {"s": f32(1), "z": f32(0), "i": f32(8), "o": f32(4)}
        for change, why in [({"z": f32(1)}, "zero point"), ({"i": f32(7.5)}, "input bit width is 7.5"),
                            ({"o": f32(3.5)}, "output bit width is 3.5"), ({"s": f32(0)}, "scale is 0"),
                            ({"s": f32(-1)}, "scale is -1"), ({"s": f32([1, 2])}, "not one number")]:
            check.refused(f"Trunc {change}", model_of("Trunc", x, {**base, **change}, rounding_mode="FLOOR"), why)
        odd = {"s": f32(1), "z": f32(0), "i": f32(8), "t": f32(3), "o": f32(4)}
        check.refused("Trunc by 3", model_of("Trunc", x, odd, version=2), "no power of two apart")
        check.finish()


def float_rounded(x, scale, exponent, mantissa, bias, most, mode, **more):
    """float_quant in float32, but for what lies between the quotient and the product: log2 of a float32 just below a
    power of two is that power in float32."""
    from qonnx.custom_op.general.floatquant import float_quant
    scale = scale.reshape(-1, 1) if scale.size > 1 else scale
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        quotient = (x / scale).astype(np.float64)
        elements = float_quant(quotient, 1.0, float(exponent), float(mantissa), None if bias is None else float(bias),
                               True, most, rounding_mode=mode, **more)
        return elements.astype(np.float32) * scale


def trying(r, usual, mantissa, largest, scale):
    """[3, n]: ties in every binade with their neighbours, subnormals, numbers in between and far beyond."""
    steps = np.exp2(r.integers(1 - usual - mantissa, np.log2(largest) - mantissa + 1, (3, 600)) * 1.0)
    ties = r.integers(-4 * 2 ** mantissa, 4 * 2 ** mantissa + 1, (3, 600)) / 2 * steps
    x = np.concatenate([ties, r.normal(size=(3, 300)) * largest, 1e3 * ties[:, :50], np.zeros((3, 1))], 1)
    x = np.clip(x * scale.reshape(-1, 1), -3e38, 3e38).astype(np.float32)
    x = np.nextafter(x, x + r.integers(-1, 2, x.shape).astype(np.float32))
    # x / scale underflows in qonnx, and CEIL gives 0; beyond float32 it makes NaN of infinity
    x = np.where(np.abs(x) < 1e-30, np.float32(0), x)
    with np.errstate(over="ignore"):
        return np.where(np.isfinite(x / scale.reshape(-1, 1)), x, np.float32(1))


def floats():
    load_qonnx()
    from qonnx.custom_op.general.floatquant import compute_max_val
    with Models() as models:
        check = Checked(models)
        cases = [(4, 3, 7, 448), (5, 2, 15, 57344), (4, 3, 8, None), (3, 2, 3, None), (2, 3, 1, None), (2, 1, 1, None),
                 (1, 2, 1, None), (5, 10, 15, 65504), (3, 4, 3, 15.5), (4, 3, None, None),
                 (8, 7, 127, None), (4, 3, 7, 96), (3, 2, 3, 0.375)]
        for exponent, mantissa, bias, most in cases:
            usual = 2 ** (exponent - 1) - 1 if bias is None else bias
            largest = min(float(compute_max_val(float(exponent), float(mantissa), float(usual))), most or np.inf, 1e38)
            for scale in [f32(1), f32(0.25), f32(0.3), f32(0.0123), f32(7), f32([[0.1], [0.25], [3.3]])]:
                x = trying(np.random.default_rng(7), usual, mantissa, largest, scale)
                inputs = {"s": scale, "e": f32(exponent), "m": f32(mantissa)}
                if bias is not None:
                    inputs["eb"] = f32(bias)
                if most is not None:
                    inputs["max"] = f32(most)
                for mode in KNOWN:
                    for weight in [False, True]:
                        case = model_of("FloatQuant", x, inputs, weight=weight, has_inf=0, has_nan=0, has_subnormal=1,
                                        saturation=1, rounding_mode=mode)
                        what = f"FloatQuant {exponent} {mantissa} {bias} {most} scale {scale.ravel()} {mode} {weight}"
                        check.equal(what, case, x, float_rounded(x, scale, exponent, mantissa, bias, most, mode))
        beyond_the_range(check)
        x, inputs = around(f32(0.5), -9, 9), {"s": f32(1), "e": f32(3), "m": f32(2), "eb": f32(3), "max": f32(28)}
        for change, why in [({"m": f32(0)}, "no bits of mantissa"), ({"s": f32(-0.3)}, "its scale is -0.3"),
                            ({"s": f32([[1], [0], [2]])}, "its scale is 0"), ({"s": f32(np.nan)}, "its scale is nan"),
                            ({"s": f32(0)}, "its scale is 0"), ({"max": f32(27)}, "its greatest value is 27"),
                            ({"max": f32(-28)}, "its greatest value is -28"),
                            ({"max": f32(np.nan)}, "its greatest value is nan"),
                            ({"e": f32(9)}, "9 bits of exponent"), ({"m": f32(24)}, "24 of mantissa"),
                            ({"e": f32(2.5)}, "exponent width is 2.5"), ({"eb": f32(0.5)}, "exponent bias is 0.5"),
                            ({"eb": f32(300)}, "exponent bias is 300")]:
            check.refused(f"FloatQuant {change}", model_of("FloatQuant", x, {**inputs, **change}), why)
        check.refused("FloatQuant to infinity", model_of("FloatQuant", x, inputs, saturation=0), "does not saturate")
        check.finish()


def beyond_the_range(check):
    """Without saturation: infinity or NaN, or a refusal where a directed rounding makes infinities there."""
    for exponent, mantissa, bias, most, has_inf in [(5, 2, 15, 57344, 1), (4, 3, 7, 448, 0), (4, 3, 7, 224, 1),
                                                    (4, 3, 8, 240, 0)]:
        for scale in [f32(1), f32(0.3)]:
            x = trying(np.random.default_rng(9), bias, mantissa, most, scale)
            inputs = {"s": scale, "e": f32(exponent), "m": f32(mantissa), "eb": f32(bias), "max": f32(most)}
            for mode in KNOWN:
                case = model_of("FloatQuant", x, inputs, has_inf=has_inf, has_nan=1, has_subnormal=1, saturation=0,
                                rounding_mode=mode)
                what = f"FloatQuant {exponent} {mantissa} {most} scale {scale} {mode} to infinity"
                if mode in ["DOWN", "FLOOR", "CEIL"]:
                    check.refused(what, case, "makes infinities of what lies beyond its range")
                    continue
                theirs = float_rounded(x, scale, exponent, mantissa, bias, most, mode, has_inf=has_inf, has_nan=True,
                                       saturation=False)
                check.equal(what, case, x, theirs)


if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
    need("numpy")
    main(integers, zero_points, wide_and_odd_widths, bipolar, truncation, floats)
