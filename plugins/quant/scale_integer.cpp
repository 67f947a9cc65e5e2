// quant.scale_integer: its fields, its kernel, and MASE's formula.
#include "scale_integer.h"

#include "mase_math.h"

namespace mase::quant {

void ScaleInteger::Config::schema(Schema<Config>& s) {
  s.field("width", &Config::width, "bits of an element").range(2, 22).unit("bits");
  s.field("is_signed", &Config::is_signed, "false: from 0 upwards");
  s.field("rounding", &Config::rounding, "which neighbour a value between two numbers becomes");
  rule_field(s);
  common_fields(s);
}

void ScaleInteger::Config::check(const Value& v) const { check_mase_rule(rule, rounding == Rounding::nearest_even, v); }

template <class T>
FittedInteger<T> ScaleInteger::kernel() const {
  FittedInteger<T> f;
  f.high = std::ldexp(T(1), config_.width - config_.is_signed) - 1;
  f.low = config_.is_signed ? -f.high : T(0);
  f.rounding = RoundingTable<T>(config_.rounding);
  return f;
}

template <class T>
void ScaleInteger::mase(MaseBlock<T>& b) const {
  const T codes = std::ldexp(T(1), config_.width - config_.is_signed);
  const T scale = codes / (b.max + T(1e-9));
  for (int64_t i = 0; i < b.count; ++i) {
    const T n = mase_clamp(std::nearbyint(b.x[i] * scale), config_.is_signed ? -codes : T(0), codes - 1);
    b.y[i] = n / scale;
  }
  b.carried = b.codes == nullptr;  // the scale that MASE multiplies by has no exact inverse
}

template FittedInteger<float> ScaleInteger::kernel() const;
template FittedInteger<double> ScaleInteger::kernel() const;
template void ScaleInteger::mase(MaseBlock<float>&) const;
template void ScaleInteger::mase(MaseBlock<double>&) const;

}  // namespace mase::quant
