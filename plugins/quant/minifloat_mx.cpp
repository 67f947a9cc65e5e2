// quant.minifloat_mx under both rules.
#include "minifloat_mx.h"

#include "mase_kernel.h"

namespace mase {

const std::vector<std::string>& EnumNames<quant::RoundMode>::names() {
  static const std::vector<std::string> names = {"rn", "rz", "ru", "rd"};
  return names;
}

namespace quant {

void MinifloatMx::Config::schema(Schema<Config>& s) {
  s.field("exp_bits", &Config::exp_bits, "bits of the exponent; its bias is 2^(exp_bits - 1) - 1")
      .range(1, 8)
      .unit("bits");
  s.field("frac_bits", &Config::frac_bits, "bits of the fraction").range(0, 21).unit("bits");
  s.field("is_finite", &Config::is_finite, "all codes are finite numbers; false: infinity and NaN at the top exponent");
  s.field("round_mode", &Config::round_mode,
          "MASE's name for a rounding: rn nearest_even, rz toward_zero, ru ceil, rd floor; null: what rounding says");
  rounding_fields(s);
  common_fields(s);
  rule_field(s);
}

void MinifloatMx::Config::check(const Value& v) const {
  if (!is_finite && exp_bits < 2)
    throw Error("'exp_bits' is 1, expected at least 2 beside infinity and NaN", v.loc, "set is_finite: true");
  if (round_mode && rounding != Rounding::nearest_even)
    throw Error("both 'round_mode' and 'rounding' are given", v.loc, "leave out one of them");
  check_float_overflow(overflow, !is_finite, v);
  check_mase_rule(rule, rounding == Rounding::nearest_even && overflow == FloatOverflow::saturate, v);
}

Rounding MinifloatMx::Config::effective_rounding() const {
  if (!round_mode) return rounding;
  switch (*round_mode) {
    case RoundMode::rz:
      return Rounding::toward_zero;
    case RoundMode::ru:
      return Rounding::ceil;
    case RoundMode::rd:
      return Rounding::floor;
    case RoundMode::rn:
      break;
  }
  return Rounding::nearest_even;
}

MinifloatMx::MinifloatMx(Config config)
    : FloatFormat("quant.minifloat_mx", config,
                  {config.exp_bits, config.frac_bits, default_bias(config.exp_bits),
                   config.is_finite ? FloatKind::finite : FloatKind::ieee},
                  config.effective_rounding(), config.overflow),
      config_(config) {}

template <class T>
bool MinifloatMx::fill_any(const T* x, T* y, const Part& part) const {
  if (config_.rule == Rule::standard) return FloatFormat::fill(x, y, part);
  // MASE's ru and rd act on the magnitude.
  const RoundMode mode = config_.round_mode.value_or(RoundMode::rn);
  return run(
      MaseMx(config_.exp_bits, config_.frac_bits, config_.is_finite, mode == RoundMode::rn, mode == RoundMode::ru), x,
      y, part);
}

}  // namespace quant
}  // namespace mase
