"""Other people's implementations beside ours: gfloat and ml_dtypes for small floats and MX blocks, qonnx for integers.

A million random numbers and every edge value for each format. They are installed by tools/ci-peers into .deps/peers;
without them, or without the program that runs formats, nothing is tested here.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from script import expect, main  # noqa: E402
from peers import Formats, load_qonnx, need, np  # noqa: E402

RANDOM = 1_000_000


def random_numbers(largest, smallest):
    """Most of them within the range of a format, at all magnitudes; some beyond; float32."""
    r = np.random.default_rng(20261121)
    magnitude = np.exp2(r.uniform(np.log2(smallest) - 3, np.log2(largest) + 2, RANDOM // 2))
    spread = r.normal(size=RANDOM // 4) * largest / 4
    plain = r.normal(size=RANDOM - RANDOM // 2 - RANDOM // 4)
    x = np.concatenate([magnitude * r.choice([-1.0, 1.0], magnitude.size), spread, plain])
    with np.errstate(over="ignore"):  # of bfloat16 some become infinite
        return x.astype(np.float32)


def edges(values):
    """All values, the middles of neighbours, and the float32 neighbours of each; zeros, and far beyond."""
    v = np.unique(values[np.isfinite(values)].astype(np.float64))
    middles = (v[1:] + v[:-1]) / 2
    step = v[-1] - v[-2]
    beyond = np.array([v[-1] + step / 2, v[-1] + step, 2 * v[-1], 1024 * v[-1], v[0] - step / 2, 2 * v[0]])
    with np.errstate(over="ignore"):
        x = np.concatenate([v, middles, beyond]).astype(np.float32)
    x = np.concatenate([x, np.nextafter(x, np.float32(np.inf)), np.nextafter(x, np.float32(-np.inf))])
    return np.concatenate([x, np.array([0.0, -0.0], np.float32)])


def differ(text, x, ours, theirs):
    """Bit for bit, any NaN for a NaN."""
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    if ours.dtype.kind == "f":
        same = (ours.view(np.uint32) == theirs.astype(np.float32).view(np.uint32)) | (np.isnan(ours) & np.isnan(theirs))
    else:
        same = ours == theirs
    if not same.all():
        i = int(np.flatnonzero(~same)[0])
        raise AssertionError(f"{text}: {np.count_nonzero(~same)} differ, first x = {x.ravel()[i]!r}: "
                             f"ours {ours[i]!r}, theirs {theirs[i]!r}")


def minifloat(exponent, mantissa, kind="finite", bias=None):
    fields = {"width": 1 + exponent + mantissa, "exponent_width": exponent}
    if kind != "finite":
        fields["kind"] = kind
    return "quant.minifloat_ieee", fields if bias is None else {**fields, "exponent_bias": bias}


def gfloat_formats():
    """Ours, and gfloat's description of the same: OCP's by name, others by their parameters."""
    from gfloat import Domain, FormatInfo
    from gfloat.formats import (format_info_bfloat16, format_info_ocp_e2m1, format_info_ocp_e2m3, format_info_ocp_e3m2,
                                format_info_ocp_e4m3, format_info_ocp_e5m2)

    def custom(name, exponent, mantissa, bias):
        return FormatInfo(name, 1 + exponent + mantissa, mantissa + 1, bias=bias, is_signed=True, domain=Domain.Finite,
                          has_nz=True, num_high_nans=0, has_subnormals=True, is_twos_complement=False)

    return [(("quant.fp8", {"variant": "e4m3fn"}), format_info_ocp_e4m3),
            (("quant.fp8", {"variant": "e5m2"}), format_info_ocp_e5m2),
            (minifloat(3, 2), format_info_ocp_e3m2), (minifloat(2, 3), format_info_ocp_e2m3),
            (minifloat(2, 1), format_info_ocp_e2m1), (("quant.bfloat16", {}), format_info_bfloat16),
            (minifloat(4, 3), custom("e4m3", 4, 3, 7)), (minifloat(3, 4), custom("e3m4", 3, 4, 3)),
            (minifloat(5, 4, bias=20), custom("e5m4b20", 5, 4, 20))]


def gfloat_elements():
    """Values under the five roundings that both know, saturating."""
    gfloat = need("gfloat")
    modes = {"nearest_even": gfloat.RoundMode.TiesToEven, "toward_zero": gfloat.RoundMode.TowardZero,
             "floor": gfloat.RoundMode.TowardNegative, "ceil": gfloat.RoundMode.TowardPositive,
             "nearest_away": gfloat.RoundMode.TiesToAway}
    with Formats() as formats:
        for (component, fields), info in gfloat_formats():
            values = gfloat.decode_ndarray(info, np.arange(min(2 ** info.k, 65536)))
            x = np.concatenate([random_numbers(float(info.max), float(info.smallest)), edges(values)])
            for rounding, mode in modes.items():
                ours, = formats.run(component, x, {**fields, "rounding": rounding}, values=np.float32)
                theirs = gfloat.round_ndarray(info, x.astype(np.float64), mode, True)
                differ(f"{component} {fields} {rounding}", x, ours, theirs)


def gfloat_blocks():
    """MX blocks: a million numbers through gfloat's elements, some blocks through all of quantize_block."""
    gfloat = need("gfloat")
    from gfloat import formats as infos
    r = np.random.default_rng(7)
    x = (r.normal(size=(RANDOM // 32, 32)) * np.exp2(r.integers(-30, 30, (RANDOM // 32, 1)))).astype(np.float32)
    x[::17] = np.round(x[::17])  # ties, zeros
    with Formats() as formats:
        for name in ("mxfp8_e4m3", "mxfp8_e5m2", "mxfp6_e3m2", "mxfp6_e2m3", "mxfp4_e2m1"):
            info = getattr(infos, "format_info_" + name)
            fields = {"element": name[6:]}
            ours, = formats.run("quant.mxfp", x, fields, values=np.float32)
            wide = x.astype(np.float64)
            amax = np.abs(wide).max(axis=1, keepdims=True)
            exponent = np.where(amax > 0, np.frexp(amax)[1] - 1 - info.etype.emax, -127)
            scale = np.exp2(np.clip(exponent, -127, 127).astype(np.float64))
            elements = gfloat.round_ndarray(info.etype, wide / scale, gfloat.RoundMode.TiesToEven, True)
            differ(f"quant.mxfp {fields}", x, ours, (elements * scale).ravel())
            for block in range(0, len(x), max(1, len(x) // 200)):
                theirs = gfloat.quantize_block(info, wide[block], gfloat.compute_scale_amax)
                differ(f"quant.mxfp {fields}, block {block}", x[block], ours.reshape(x.shape)[block], theirs)


def ml_dtypes_codes():
    """Codes without saturation, ties to even: ml_dtypes' only mode."""
    ml_dtypes = need("ml_dtypes")
    table = [("float8_e4m3fn", ("quant.fp8", {"variant": "e4m3fn"})), ("float8_e5m2", ("quant.fp8", {"variant": "e5m2"})),
             ("float8_e4m3", ("quant.fp8", {"variant": "e4m3"})), ("float8_e3m4", ("quant.fp8", {"variant": "e3m4"})),
             ("float8_e4m3fnuz", ("quant.fp8", {"variant": "e4m3fnuz"})),
             ("float8_e5m2fnuz", ("quant.fp8", {"variant": "e5m2fnuz"})),
             ("float8_e4m3b11fnuz", ("quant.fp8", {"variant": "e4m3b11fnuz"})),
             ("bfloat16", ("quant.bfloat16", {})), ("float6_e3m2fn", minifloat(3, 2)),
             ("float6_e2m3fn", minifloat(2, 3)), ("float4_e2m1fn", minifloat(2, 1))]
    with Formats() as formats:
        for name, (component, fields) in table:
            dtype = np.dtype(getattr(ml_dtypes, name))
            raw = np.uint16 if dtype.itemsize == 2 else np.uint8
            finite = "fn" in name and name.startswith(("float6", "float4"))  # has neither infinity nor NaN: saturates
            bits = {"float6": 6, "float4": 4}.get(name[:6], 8 * dtype.itemsize)
            values = np.arange(2 ** bits).astype(raw).view(dtype).astype(np.float32)
            least = np.min(np.abs(values[np.isfinite(values) & (values != 0)]))
            x = np.concatenate([random_numbers(float(np.nanmax(values[np.isfinite(values)])), float(least)), edges(values)])
            ours, = formats.run(component, x, {**fields, "overflow": "saturate" if finite else "to_infinity",
                                               "nan": "propagate"}, elements=np.int64)
            with np.errstate(over="ignore"):
                theirs = x.astype(dtype)
            nan = np.isnan(theirs.astype(np.float32))  # any NaN code is right
            table_of = np.arange(2 ** bits).astype(raw).view(dtype).astype(np.float32)
            expect(np.isnan(table_of[ours[nan]]).all(), f"{name}: a NaN code is a number for {x[nan][:1]}")
            differ(f"{component} {fields} against {name}", x[~nan], ours[~nan], theirs.view(raw)[~nan].astype(np.int64))


QONNX_ROUNDINGS = {"ROUND": "nearest_even", "CEIL": "ceil", "FLOOR": "floor", "UP": "away_from_zero",
                   "DOWN": "toward_zero", "HALF_UP": "nearest_away", "HALF_DOWN": "nearest_toward_zero"}


def qonnx_operators():
    load_qonnx()
    from qonnx.custom_op.general import bipolar_quant, intquant
    return intquant.int_quant, bipolar_quant.binary_quant


def qonnx_integers():
    """int_quant in double precision: signed, unsigned and narrow, all seven roundings."""
    int_quant, _ = qonnx_operators()
    cases = [(8, 4, True, False), (8, 4, True, True), (8, 5, False, False), (4, 2, True, False), (3, 0, True, True),
             (2, 1, True, False), (6, 9, True, False), (8, -2, False, False), (16, 8, True, False)]
    with Formats() as formats:
        for width, frac, signed, narrow in cases:
            step = 2.0 ** -frac
            low, high = (-(2 ** (width - 1)), 2 ** (width - 1) - 1) if signed else (0, 2 ** width - 1)
            x = np.concatenate([random_numbers(high * step, step / 4), edges(np.arange(low, high + 1) * step)])
            for theirs_name, ours_name in QONNX_ROUNDINGS.items():
                fields = {"width": width, "frac_width": frac, "is_signed": signed, "rounding": ours_name,
                          "overflow": "saturate_symmetric" if narrow else "saturate"}
                values, codes = formats.run("quant.integer", x, fields, values=np.float32, elements=np.int64)
                theirs = int_quant(x.astype(np.float64), step, 0.0, np.float64(width), signed, narrow, theirs_name)
                differ(f"quant.integer {fields}", x, codes, np.rint(theirs / step).astype(np.int64))
                differ(f"quant.integer {fields} values", x, values, theirs.astype(np.float32) + np.float32(0))


def scaled_numbers(scale, low, high, seed):
    """Around the range of integers from low to high in units of scale: ties and their neighbours, and in between."""
    r = np.random.default_rng(seed)
    count = RANDOM // 2
    near = (r.integers(2 * low - 8, 2 * high + 8, count) / 2 * scale).astype(np.float32)
    near = np.nextafter(near, near + r.integers(-1, 2, count).astype(np.float32))
    spread = r.uniform(1.5 * low - 2, 1.5 * high + 2, RANDOM - count) * scale
    return np.concatenate([near, spread.astype(np.float32), np.array([0, -0.0, 1e30, -1e30, 1e-40], np.float32)])


def qonnx_scales():
    """int_quant in float32, as its models run: any scale and zero point, per tensor and along an axis, bit for bit.

    But for the sign of zeros: an integer has no -0. HALF_UP and HALF_DOWN are left out: they add 0.5 in float32, which
    rounds just below a tie (docs/numerics.md).
    """
    int_quant, _ = qonnx_operators()
    scales = [1.0, 0.1, 1 / 3, 0.0078125, 3.0517578e-05, 7.13e-3, 1.7e-30, 12345.678]
    cases = [(8, True, False, 0), (8, True, True, 0), (8, False, False, 0), (8, False, True, 0), (1, False, False, 0),
             (2, True, True, 0), (2, False, True, 0), (4, True, False, 0), (16, True, False, 0), (22, False, False, 0),
             (8, False, False, 131), (8, True, False, -7), (4, False, False, 15), (3, True, True, 2), (16, False, True, 1)]
    with Formats() as formats:
        for i, (width, signed, narrow, zero) in enumerate(cases):
            low, high = (-(2 ** (width - 1)) + narrow, 2 ** (width - 1) - 1) if signed else (0, 2 ** width - 1 - narrow)
            for scale in scales[i % 2::2]:
                scale = np.float32(scale)
                x = scaled_numbers(scale, low - zero, high - zero, i)
                fields = {"width": width, "is_signed": signed, "narrow_range": narrow, "scale": [float(scale)]}
                for theirs_name in ("ROUND", "CEIL", "FLOOR", "UP", "DOWN"):
                    asked = {**fields, "rounding": QONNX_ROUNDINGS[theirs_name]}
                    with np.errstate(over="ignore"):
                        theirs = int_quant(x, scale, np.float32(zero), np.float32(width), signed, narrow, theirs_name)
                    expect(theirs.dtype == np.float32, f"int_quant answers in {theirs.dtype}")
                    shifted = {**asked, "zero_point": [zero], "zero_point_first": True}
                    values, codes = formats.run("quant.asymmetric_integer", x, shifted, values=np.float32,
                                                elements=np.int64)
                    differ(f"quant.asymmetric_integer {shifted}", x, values, theirs + np.float32(0))
                    expect(codes.min() >= low and codes.max() <= high, f"{shifted}: codes beyond {low} ... {high}")
                    if zero == 0 and theirs_name not in ("CEIL", "FLOOR", "UP"):  # those see numbers that x / s loses
                        asked["per"] = "tensor"
                        values, = formats.run("quant.channel_integer", x, asked, values=np.float32)
                        differ(f"quant.channel_integer {asked}", x, values, theirs + np.float32(0))


def qonnx_axes():
    """Scales of the shapes [C, 1], [1, C, 1, 1] and [C]: `axis` says which; BipolarQuant among them."""
    int_quant, binary_quant = qonnx_operators()
    r = np.random.default_rng(5)
    with Formats() as formats:
        for shape, axis in (((40, 25000), 0), ((1000, 1000), 1), ((50, 8, 50, 50), 1), ((3, 4, 5, 6), -1), ((7,), 0)):
            x = r.normal(size=shape).astype(np.float32)
            x[r.random(shape) < 0.05] = 0
            x[r.random(shape) < 0.05] *= np.float32(-0.0)
            broadcast = [1] * len(shape)
            broadcast[axis] = shape[axis]
            scale = np.exp(r.normal(size=shape[axis]) - 3).astype(np.float32)
            scales = scale.reshape(broadcast)
            fields = {"scale": [float(s) for s in scale], "axis": axis}
            theirs = int_quant(x, scales, np.float32(0), np.float32(6), True, True, "ROUND")
            asked = {**fields, "width": 6, "narrow_range": True, "per": "channel"}
            values, = formats.run("quant.channel_integer", x, asked, values=np.float32)
            differ(f"quant.channel_integer {shape} along {axis}", x, values, theirs.ravel() + np.float32(0))
            zeros = r.integers(0, 64, shape[axis])
            theirs = int_quant(x, scales, zeros.reshape(broadcast).astype(np.float32), np.float32(6), False, False, "ROUND")
            asked = {**fields, "width": 6, "per": "channel", "zero_point": zeros.tolist(), "zero_point_first": True}
            values, = formats.run("quant.asymmetric_integer", x, asked, values=np.float32)
            differ(f"quant.asymmetric_integer {shape} along {axis}", x, values, theirs.ravel() + np.float32(0))
            for asked, theirs in ((fields, binary_quant(x, scales)),
                                  ({"scale": fields["scale"][:1]}, binary_quant(x, scale[0]))):
                values, codes = formats.run("quant.bipolar", x, asked, values=np.float32, elements=np.int64)
                differ(f"quant.bipolar {shape} along {axis}", x, values, theirs.ravel())
                expect(set(np.unique(codes)) <= {0, 1}, "quant.bipolar: a code is not one bit")


if __name__ == "__main__":
    main(gfloat_elements, gfloat_blocks, ml_dtypes_codes, qonnx_integers, qonnx_scales, qonnx_axes)
