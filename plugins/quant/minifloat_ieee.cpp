// quant.minifloat_ieee under both rules.
#include "minifloat_ieee.h"

#include <mase/text.h>

#include "mase_kernel.h"

namespace mase {

const std::vector<std::string>& EnumNames<quant::FloatKind>::names() {
  static const std::vector<std::string> names = {"finite", "fn", "fnuz", "ieee"};
  return names;
}

namespace quant {

void MinifloatFields::check_fields(const Value& v, int least_mantissa, bool has_special) const {
  if (mantissa_bits() < least_mantissa)
    throw Error(format("{} bits leave {} for the mantissa beside the sign and {} of exponent, expected at least {}",
                       width, mantissa_bits(), exponent_width, least_mantissa),
                v.loc, "raise width, or lower exponent_width");
  check_float_overflow(overflow, has_special, v);
  check_mase_rule(rule, rounding == Rounding::nearest_even && overflow == FloatOverflow::saturate, v);
  if (rule == Rule::mase && mantissa_bits() > 20)
    throw Error(format("rule: mase with {} mantissa bits, expected at most 20", mantissa_bits()), v.loc, "lower width");
}

void MinifloatIeee::Config::schema(Schema<Config>& s) {
  minifloat_fields(s);
  s.field("kind", &Config::kind,
          "special codes: finite none, fn NaN at all ones, fnuz NaN in place of -0, ieee infinity and NaN");
}

void MinifloatIeee::Config::check(const Value& v) const {
  check_fields(v, kind == FloatKind::fn ? 1 : 0, kind != FloatKind::finite);
  if (kind == FloatKind::ieee && exponent_width < 2)
    throw Error("'exponent_width' is 1, expected at least 2 beside infinity and NaN", v.loc, "set kind: finite");
  if (rule == Rule::mase && kind != FloatKind::finite)
    throw Error("rule: mase knows the kind finite alone", v.loc, "leave out rule, or kind");
}

MinifloatIeee::MinifloatIeee(Config config)
    : FloatFormat("quant.minifloat_ieee", config,
                  {config.exponent_width, config.mantissa_bits(), config.bias(), config.kind}, config.rounding,
                  config.overflow),
      config_(config) {}

bool MinifloatIeee::fill(const float* x, float* y, const Part& part) const {
  if (config_.rule == Rule::standard) return FloatFormat::fill(x, y, part);
  return run(MaseIeee<float>(config_.width, config_.exponent_width, config_.bias()), x, y, part);
}
bool MinifloatIeee::fill(const double* x, double* y, const Part& part) const {
  if (config_.rule == Rule::standard) return FloatFormat::fill(x, y, part);
  return run(MaseIeee<double>(config_.width, config_.exponent_width, config_.bias()), x, y, part);
}

Value MinifloatIeee::calibrate(const CalibrationData& data) const {
  Config config = config_;
  const double max = FloatSpec{config_.exponent_width, config_.mantissa_bits(), 0, config_.kind}.max();
  return choose_bias(data, max, name(), [&](int bias, const at::Tensor& x) {
    config.exponent_bias = bias;
    return MinifloatIeee(config).quantize(x, {});
  });
}

}  // namespace quant
}  // namespace mase
