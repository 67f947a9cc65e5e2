// quant.minifloat_denorm under both rules.
#include "minifloat_denorm.h"

#include <cmath>

#include "mase_kernel.h"

namespace mase::quant {
namespace {

FloatGrid grid_of(const MinifloatFields& c) {
  const int mantissa = c.mantissa_bits(), top = (1 << c.exponent_width) - 1 - c.bias();
  return {-c.bias() - 1, std::max(mantissa - 1, 0), std::ldexp(1 - std::ldexp(1.0, -mantissa), top)};
}

}  // namespace

MinifloatDenorm::MinifloatDenorm(Config config)
    : ElementFormat("quant.minifloat_denorm", config), config_(config), grid_(grid_of(config)) {}

template <class T>
bool MinifloatDenorm::fill_any(const T* x, T* y, const Part& part) const {
  if (config_.rule == Rule::standard) return run_float(grid_, config_.rounding, config_.overflow, x, y, part);
  return run(MaseDenorm<T>(config_.width, config_.exponent_width, config_.bias()), x, y, part);
}

std::optional<int64_t> MinifloatDenorm::code(double value) const {
  const double magnitude = std::fabs(value);
  if (!(magnitude <= grid_.max)) return std::nullopt;
  const int mantissa = config_.mantissa_bits(), low = -config_.bias();
  const int exponent = magnitude == 0 ? low : std::max(std::ilogb(magnitude) + 1, low);
  const double units = std::ldexp(magnitude, mantissa - exponent);
  if (units != std::floor(units)) return std::nullopt;
  const int64_t sign = std::signbit(value) ? int64_t{1} << (config_.width - 1) : 0;
  return sign | static_cast<int64_t>(exponent - low) << mantissa | static_cast<int64_t>(units);
}

double MinifloatDenorm::value(int64_t code) const {
  const int mantissa = config_.mantissa_bits();
  const int64_t sign = int64_t{1} << (config_.width - 1), field = (code & (sign - 1)) >> mantissa;
  const double units = static_cast<double>(code & ((int64_t{1} << mantissa) - 1));
  const double v = std::ldexp(units, static_cast<int>(field) - config_.bias() - mantissa);
  return code & sign ? -v : v;
}

Value MinifloatDenorm::calibrate(const CalibrationData& data) const {
  Config config = config_;
  config.exponent_bias = 0;
  const double max = grid_of(config).max;
  return choose_bias(data, max, name(), [&](int bias, const at::Tensor& x) {
    config.exponent_bias = bias;
    return MinifloatDenorm(config).quantize(x, {});
  });
}

}  // namespace mase::quant
