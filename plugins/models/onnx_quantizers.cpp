// The quantizers of QONNX: Quant, BipolarQuant, FloatQuant, Trunc. They become formats of the graph.
#include <ATen/ops/clamp.h>
#include <ATen/ops/div.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/round.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>

#include "mase/text.h"
#include "onnx_formats.h"
#include "onnx_operators.h"
#include "onnx_quantize.h"

namespace models::onnx {

Value quantized(const Node& n, const std::string& name, const Value& x, Quantized format) {
  if (x.wire.known()) {
    Value result(n.reader().resolve(x));
    result.quantized = std::move(format);
    return result;
  }
  if (!x.wire.usable()) return x;
  mase::Map with = format.format.with();
  if (format.axis) with.set("axis", *format.axis);
  const Wire wire = n.build().call(name, "identity", {x.wire});
  n.build().set_result_format(wire, mase::Chosen(format.format.name(), std::move(with)));
  return Value(wire);
}

namespace {

int64_t whole(const Node& n, int i, const char* what) {
  const double value = n.number(i, what);
  if (value != std::floor(value) || std::fabs(value) > 4096)
    throw Unsupported{mase::format("its {} is {}", what, value)};
  return static_cast<int64_t>(value);
}

Quantized bipolar(const PerAxis& scale) {
  mase::List list(scale.values.begin(), scale.values.end());
  for (const double s : scale.values)
    if (!(s > 0)) throw Unsupported{mase::format("its scale is {}", s)};
  return {mase::Chosen("quant.bipolar", {{"scale", list}}), scale.axis, {}, 0, 0};
}

// QONNX's min_int and max_int.
void set_range(IntegerGrid& g, int64_t bits, bool is_signed, bool narrow) {
  if (bits < 1 || bits > 62) throw Unsupported{mase::format("its bit width is {}", bits)};
  g.low = is_signed ? -(int64_t{1} << (bits - 1)) + narrow : 0;
  g.high = is_signed ? (int64_t{1} << (bits - 1)) - 1 : (int64_t{1} << bits) - 1 - narrow;
}

// A constant with more bits than a scaled integer has here (a bias) gets as few as its numbers need; where those are
// too many as well, they are exact without a format.
Value constant(const Node& n, const Value& x, IntegerGrid g) {
  try {
    return quantized(n, n.name(), x, integer_format(g));
  } catch (const Unsupported&) {
    const bool is_centred = std::all_of(g.zero_point.begin(), g.zero_point.end(), [](double z) { return z == 0; });
    if (g.high < int64_t{1} << kScaledBits || !is_centred || g.rounding != "nearest_even") throw;
  }
  Value result(n.reader().resolve(x));
  std::vector<int64_t> shape(static_cast<size_t>(result.wire.rank()), 1);
  if (g.axis) shape[static_cast<size_t>(*g.axis)] = static_cast<int64_t>(g.scale.size());
  const at::Tensor scale = at::tensor(g.scale, at::kDouble).to(at::kFloat).reshape(shape);
  const at::Tensor codes = at::clamp(at::round(at::div(result.wire.trace[0], scale).to(at::kDouble)), g.low, g.high);
  result.wire.trace.fill(at::mul(codes.to(at::kFloat), scale));
  fit_range(g, codes.to(at::kLong));
  try {
    return quantized(n, n.name(), result, integer_format(g));
  } catch (const Unsupported&) {
    return result;
  }
}

Values quant(const Node& n) {
  const Value& x = n.value(0);
  const int64_t rank = x.wire.rank();
  const PerAxis scale = per_axis(n.in(1), rank, "scale"), zero = per_axis(n.in(2), rank, "zero point");
  if (zero.axis && scale.axis && zero.axis != scale.axis)
    throw Unsupported{"its scale and zero point differ along other axes"};
  const bool is_signed = n.integer("signed", 1), narrow = n.integer("narrow", 0);
  const PerAxis width = per_axis(n.in(3), rank, "bit width");
  if (width.axis) throw Unsupported{"its bit width differs along an axis"};
  const int64_t bits = whole(n, 3, "bit width");
  if (bits == 1 && is_signed) {
    if (zero.axis || zero.values[0] != 0) throw Unsupported{"it has one bit and a zero point"};
    return {quantized(n, n.name(), x, bipolar(scale))};
  }
  IntegerGrid g;
  g.scale = scale.values, g.zero_point = zero.values, g.axis = scale.axis ? scale.axis : zero.axis;
  g.rounding = rounding_of(n.text("rounding_mode", "ROUND"));
  g.zero_point_first = true;
  set_range(g, bits, is_signed, narrow);
  if (x.wire.known()) return {constant(n, x, g)};
  return {quantized(n, n.name(), x, integer_format(g))};
}

Values bipolar_quant(const Node& n) {
  return {quantized(n, n.name(), n.value(0), bipolar(per_axis(n.in(1), n.value(0).wire.rank(), "scale")))};
}

Values float_quant(const Node& n) {
  FloatNumbers f;
  f.exponent = whole(n, 2, "exponent width"), f.mantissa = whole(n, 3, "mantissa width");
  if (f.exponent < 1 || f.exponent > 8 || f.mantissa < 0 || f.mantissa > 23)
    throw Unsupported{mase::format("it has {} bits of exponent and {} of mantissa", f.exponent, f.mantissa)};
  f.bias = n.has(4) ? whole(n, 4, "exponent bias") : (int64_t{1} << (f.exponent - 1)) - 1;
  if (f.bias < -128 || f.bias > 256) throw Unsupported{mase::format("its exponent bias is {}", f.bias)};
  if (n.has(5)) f.greatest = n.number(5, "greatest value");
  f.saturates = n.integer("saturation", 1), f.has_inf = n.integer("has_inf", 0), f.has_nan = n.integer("has_nan", 0);
  f.rounding = rounding_of(n.text("rounding_mode", "ROUND"));
  return {quantized(n, n.name(), n.value(0), float_format(f, per_axis(n.in(1), n.value(0).wire.rank(), "scale")))};
}

Quantized plain_format(double scale, const IntegerGrid& range, const std::string& rounding) {
  IntegerGrid g = range;
  g.scale = {scale}, g.zero_point = {0}, g.rounding = rounding;
  return integer_format(g);
}

bool is_power_of_two(double x) {
  int exponent = 0;
  return x > 0 && std::frexp(x, &exponent) == 0.5;
}

// Integers lose their lowest bits: rounded at the scale, divided by `ratio`, rounded again into `range`, and taken
// times `wide`. Rounded to the nearest, multiples of any scale stay what they are; rounded down, those that float32
// cannot hold would lose one, so that then the integers themselves are in the graph.
Value shortened(const Node& n, double scale, const IntegerGrid& before, double ratio, const IntegerGrid& range,
                double wide, const std::string& rounding) {
  const Value& x = n.value(0);
  const auto times = [&](const char* what, const char* op, const Value& v, double factor) {
    const at::Tensor number = at::scalar_tensor(factor, at::TensorOptions().dtype(at::kFloat));
    return Value(n.build().binary(n.name() + what, op, v.wire, ImportBuilder::known(number)));
  };
  if (is_power_of_two(scale)) {
    const Value rounded = quantized(n, n.name() + "_in", x, plain_format(scale, before, "nearest_even"));
    if (wide == scale * ratio) return quantized(n, n.name(), rounded, plain_format(wide, range, rounding));
    return quantized(n, n.name(), times("_shift", "mul", rounded, 1 / ratio), plain_format(wide, range, rounding));
  }
  const Value integers =
      quantized(n, n.name() + "_in", times("_codes", "div", x, scale), plain_format(1, before, "nearest_even"));
  const Value kept = quantized(n, n.name() + "_kept", integers, plain_format(ratio, range, rounding));
  return times("", "mul", kept, wide / ratio);
}

Values trunc(const Node& n) {
  if (!n.value(0).wire.live()) throw Unsupported{"its input is a constant"};
  if (n.number(2, "zero point") != 0) throw Unsupported{"it has a zero point"};
  const double scale = n.number(1, "scale");
  if (!(scale > 0) || !std::isfinite(scale)) throw Unsupported{mase::format("its scale is {}", scale)};
  const bool has_range = n.opset() >= 2;
  const int64_t in_bits = whole(n, 3, "input bit width"), out_bits = whole(n, has_range ? 5 : 4, "output bit width");
  const std::string rounding = rounding_of(n.text("rounding_mode", "FLOOR"));
  IntegerGrid before, after;
  if (has_range) {
    const bool is_signed = n.integer("signed", 1);
    const double wide = n.number(4, "output scale"), ratio = wide / scale;
    if (!is_power_of_two(ratio)) throw Unsupported{"its scales are no power of two apart"};
    set_range(before, in_bits, is_signed, false);
    set_range(after, out_bits, is_signed, n.integer("narrow", 0));
    return {shortened(n, scale, before, ratio, after, wide, rounding)};
  }
  // The first version does not tell whether there is a sign. It clamps nothing, and leaves the scale as it was, so that
  // values shrink.
  set_range(before, in_bits + 1, true, false);
  return {shortened(n, scale, before, std::ldexp(1.0, static_cast<int>(in_bits - out_bits)), before, scale, rounding)};
}

}  // namespace

void add_quantizers(Table& t) {
  for (const char* domain : {"qonnx.custom_op.general", "onnx.brevitas", "finn.custom_op.general"}) {
    const std::string prefix = mase::format("{}::", domain);
    t[prefix + "Quant"] = t[prefix + "IntQuant"] = quant;
    t[prefix + "BipolarQuant"] = bipolar_quant, t[prefix + "FloatQuant"] = float_quant, t[prefix + "Trunc"] = trunc;
  }
  add_quantize_pairs(t), add_integer_operators(t);
}

}  // namespace models::onnx
