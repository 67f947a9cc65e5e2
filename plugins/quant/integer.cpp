// quant.integer: what its fields mean, its kernels and its codes.
#include "integer.h"

#include <cmath>

#include "fixed_grid.h"

namespace mase::quant {
namespace {

FixedFields fields(const Integer::Config& c) {
  return {c.width, c.frac_width, c.is_signed, c.rounding, c.overflow, c.rule == Rule::mase};
}

// What the vector kernel leaves out.
template <class T>
struct ScalarFixed {
  FixedGrid<T> g;
  FixedFields f;
  T operator()(T x, double uniform) const {
    const T scaled = x * g.scale;
    const T s = scaled == 0 ? x : scaled;  // too small to scale: rounds as the value itself does
    T n = std::isfinite(s) ? round_scaled(s, f.rounding, uniform) : s;
    if (f.overflow == Overflow::wrap) n = wrap(n, f.width, f.is_signed);
    n = n < g.low ? g.below : n > g.high ? g.above : n;
    return (n + T(0)) * g.inverse;
  }
};

}  // namespace

void Integer::Config::schema(Schema<Config>& s) {
  s.field("width", &Config::width, "bits of a number").range(1, 64).unit("bits");
  s.field("frac_width", &Config::frac_width, "bits right of the binary point; may be negative or exceed the width")
      .range(-64, 64)
      .unit("bits");
  s.field("is_signed", &Config::is_signed, "two's complement; false: from 0 upwards");
  rounding_fields(s);
  common_fields(s);
  s.field("rule", &Config::rule, "standard, or mase: MASE's results to the bit, with -0 and its rounded limits");
}

void Integer::Config::check(const Value& v) const {
  if (rule != Rule::mase) return;
  if (rounding != Rounding::nearest_even && rounding != Rounding::floor)
    throw Error("rule: mase knows the roundings nearest_even and floor alone", v.loc, "leave out rule, or rounding");
  if (overflow != Overflow::saturate)
    throw Error("rule: mase knows the overflow saturate alone", v.loc, "leave out rule, or overflow");
}

Integer::Integer(Config config)
    : ElementFormat("quant.integer", config),
      config_(config),
      grid32_(make_grid<float>(fields(config))),
      grid64_(make_grid<double>(fields(config))) {}

template <>
const FixedGrid<float>& Integer::grid<float>() const {
  return grid32_;
}
template <>
const FixedGrid<double>& Integer::grid<double>() const {
  return grid64_;
}

template <class T>
bool Integer::fill_any(const T* x, T* y, const Part& part) const {
  const bool scalar = config_.overflow == Overflow::wrap || draws();
  if (scalar) return run_drawing(ScalarFixed<T>{grid<T>(), fields(config_)}, x, y, part);
  return quantize_fixed(grid<T>(), x, y, part.count, part.isa);
}

// Of a quantized value: none for a NaN, or a limit that MASE's rule rounded up.
std::optional<int64_t> Integer::code(double value) const {
  const double n = value * grid64_.scale, magnitude = std::fabs(n);
  if (!(magnitude < 0x1p64)) return std::nullopt;
  const auto code = static_cast<uint64_t>(magnitude);
  const Limits limits = limits_of(fields(config_));
  if (code > (n < 0 ? limits.low : limits.high)) return std::nullopt;
  return static_cast<int64_t>(n < 0 ? 0 - code : code);
}

double Integer::value(int64_t code) const {
  return (config_.is_signed ? static_cast<double>(code) : static_cast<double>(static_cast<uint64_t>(code))) *
         grid64_.inverse;
}

std::optional<FixedPoint> Integer::fixed_point() const {
  return FixedPoint{config_.width, config_.frac_width, config_.is_signed};
}

}  // namespace mase::quant
