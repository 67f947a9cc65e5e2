// hw.leaky_relu: the negative slope as a shift (2^-n, no multiplier) or as a fixed-point multiplier.
#include <ATen/ops/where.h>

#include <cmath>

#include "generators.h"
#include "hw.h"
#include "mase/text.h"

namespace mase::hw {
namespace {

// The slope as value * 2^-frac in the form that hw.map asked for, else the cheapest exact one.
struct Slope {
  bool shift = false;
  int width = 8, frac = 7;
  int64_t value = 1;  // multiplier form
  std::string refusal;
};

double negative_slope(const Node& node) {
  const Value* v = node.op.with().find("negative_slope");
  return v ? v->as_double() : 0.01;  // PyTorch's default
}

Slope slope_of(const Node& node) {
  const Map& map = node.meta.hardware.map;
  const double slope = negative_slope(node);
  Slope s;
  int exponent = 0;
  const bool power_of_two = slope > 0 && std::frexp(slope, &exponent) == 0.5 && exponent <= 1;
  const Value* form = map.find("slope");
  s.shift = form ? form->as_string() == "shift" : power_of_two;
  if (s.shift) {
    if (!power_of_two) s.refusal = format("slope {} is not 2^-n with n >= 0, so it cannot be a shift", slope);
    s.frac = 1 - exponent;
    return s;
  }
  const Value *width = map.find("slope_width"), *frac = map.find("slope_frac_width");
  const bool stated = width || frac;
  if (width) s.width = static_cast<int>(width->as_int()), s.frac = s.width - 1;
  if (frac) s.frac = static_cast<int>(frac->as_int());
  const double scaled = std::ldexp(slope, s.frac);
  s.value = static_cast<int64_t>(std::nearbyint(scaled));
  const double most = std::ldexp(1.0, s.width - 1);
  if (scaled >= most || scaled < -most)
    s.refusal = format("slope {} does not fit {} bits with {} fractional ones (slope_width, slope_frac_width)", slope,
                       s.width, s.frac);
  else if (!stated && static_cast<double>(s.value) != scaled)
    s.refusal = format(
        "slope {} is not a multiple of 2^-{}; the nearest is {}. Use that slope in the model, or accept the "
        "difference by stating slope_width and slope_frac_width in hw.map",
        slope, s.frac, std::ldexp(static_cast<double>(s.value), -s.frac));
  return s;
}

}  // namespace

std::string LeakyRelu::refuses(const Node& node) const {
  if (std::string why = slope_of(node).refusal; !why.empty()) return why;
  return Elementwise::refuses(node);
}

RtlModule LeakyRelu::emit(const Node& node) const {
  return emit_module(node, slope_of(node).shift ? "fixed_leaky_relu_shift" : "fixed_leaky_relu");
}

void LeakyRelu::add_own_parameters(Map& p, const Node& node) const {
  if (node.op_kind == OpKind::call_function) p.set("INPLACE", 0);
  const Slope s = slope_of(node);
  if (s.shift) {
    p.set("NEGATIVE_SLOPE_SHIFT", s.frac);
    return;
  }
  p.set("NEGATIVE_SLOPE_PRECISION_0", s.width);
  p.set("NEGATIVE_SLOPE_PRECISION_1", s.frac);
  p.set("NEGATIVE_SLOPE_VALUE", s.value);
}

std::vector<Codes> LeakyRelu::model(const Node& node, const std::vector<Codes>& inputs,
                                    const std::vector<Codes>&) const {
  const Slope s = slope_of(node);
  const at::Tensor& x = inputs.at(0).elements;
  const FixedPoint in = *inputs[0].point;
  const int64_t multiplier = s.shift ? 1 : s.value;
  const FixedPoint exact{63, in.frac_width + s.frac, true};
  const at::Tensor y = at::where(x.ge(0), x.mul(int64_t{1} << s.frac), x.mul(multiplier));
  const std::optional<FixedPoint>& result = node.meta.common.results.at(0).point();
  // Without a format of its own the result's grid was derived from the exact slope and may be coarser than this one.
  if (!casts_result(node) && result) {
    Codes codes;
    codes.point = *result;
    codes.elements = cast_codes(y, exact, *result, {});
    return {codes};
  }
  return {finish(node, y, exact)};
}

}  // namespace mase::hw
