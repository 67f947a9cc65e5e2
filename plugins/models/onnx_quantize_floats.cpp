// Small floating-point numbers in a file as formats of the graph.
#include <algorithm>
#include <cmath>

#include "mase/text.h"
#include "onnx_formats.h"

namespace models::onnx {

namespace {

using Kind = FloatNumbers::Kind;

const char* name_of(Kind kind) {
  constexpr const char* kNames[] = {"finite", "fn", "fnuz", "ieee"};
  return kNames[static_cast<int>(kind)];
}

// The greatest number of this kind.
double greatest_of(const FloatNumbers& f, Kind kind) {
  const auto top = static_cast<int>((int64_t{1} << f.exponent) - 1 - f.bias);
  const double step = std::ldexp(1.0, -static_cast<int>(f.mantissa));
  if (kind == Kind::fn) return std::ldexp(2 - 2 * step, top);
  return std::ldexp(2 - step, kind == Kind::ieee ? top - 1 : top);
}

bool is_number(const FloatNumbers& f, double x) {
  const int exponent = std::max(x > 0 ? std::ilogb(x) : 0, static_cast<int>(1 - f.bias));
  const double units = std::ldexp(x, static_cast<int>(f.mantissa) - exponent);
  return x > 0 && units == std::floor(units);
}

// Which codes stand for no number. Where the greatest number tells nothing, all may.
Kind kind_of(const FloatNumbers& f) {
  if (f.kind) return *f.kind;
  if (!f.saturates && !f.has_inf && f.greatest >= greatest_of(f, Kind::finite)) return Kind::fnuz;
  if (!f.saturates) return f.has_inf ? Kind::ieee : Kind::fn;
  for (const Kind kind : {Kind::finite, Kind::fn, Kind::ieee})
    if (f.greatest >= greatest_of(f, kind)) return f.greatest == greatest_of(f, kind) ? kind : Kind::finite;
  return Kind::finite;
}

void refuse_others(const FloatNumbers& f, Kind kind) {
  if (!(f.greatest > 0) || (f.greatest < greatest_of(f, kind) && !is_number(f, f.greatest)))
    throw Unsupported{mase::format("its greatest value is {}, none of its numbers", f.greatest)};
  if (f.mantissa == 0 && f.rounding == "nearest_even")
    throw Unsupported{"it has no bits of mantissa, and rounds ties to powers of two that no format here prefers"};
  if (f.saturates) return;
  if ((!f.has_inf && !f.has_nan) || (f.has_inf && f.exponent < 2) || f.greatest > greatest_of(f, kind))
    throw Unsupported{"it does not saturate, and has no codes for infinity and NaN"};
  if (f.rounding == "toward_zero" || f.rounding == "floor" || f.rounding == "ceil")
    throw Unsupported{mase::format("it rounds {} and makes infinities of what lies beyond its range", f.rounding)};
}

}  // namespace

Quantized float_format(const FloatNumbers& given, const PerAxis& scale) {
  FloatNumbers f = given;
  const Kind kind = kind_of(f);
  refuse_others(f, kind);
  for (const double s : scale.values)
    if (!(s > 0) || !std::isfinite(s)) throw Unsupported{mase::format("its scale is {}", s)};
  mase::Map with{{"width", 1 + f.exponent + f.mantissa}, {"exponent_width", f.exponent}};
  if (kind != Kind::finite) with.set("kind", name_of(kind));
  if (f.rounding != "nearest_even") with.set("rounding", f.rounding);
  if (!f.saturates) with.set("overflow", "to_infinity");
  const bool is_one =
      std::all_of(scale.values.begin(), scale.values.end(), [&](double s) { return s == scale.values[0]; });
  const bool has_greatest = f.greatest < greatest_of(f, kind);
  int shift = 0;
  if (is_one && !has_greatest && std::frexp(scale.values[0], &shift) == 0.5) {
    // The same numbers, all of them times a power of two.
    const int64_t bias = f.bias - (shift - 1);
    if (bias >= -128 && bias <= 256) {
      with.set("exponent_bias", bias);
      return {mase::Chosen("quant.minifloat_ieee", std::move(with)), {}, {}, 0, 0};
    }
  }
  check_scales(scale.values);
  with.set("exponent_bias", f.bias);
  if (has_greatest) with.set("greatest", f.greatest);
  with.set("per", is_one ? "tensor" : "channel");
  mase::List scales;
  for (const double s : scale.values)
    if (scales.empty() || !is_one) scales.emplace_back(s);
  with.set("scale", scales);
  return {mase::Chosen("quant.channel_minifloat", std::move(with)), is_one ? std::nullopt : scale.axis, {}, 0, 0};
}

}  // namespace models::onnx
