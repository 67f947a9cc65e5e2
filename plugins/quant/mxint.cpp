// quant.mxint: its fields, its kernel, and MASE's formula.
#include "mxint.h"

#include "mase_math.h"

namespace mase::quant {

void Mxint::Config::schema(Schema<Config>& s) {
  s.field("width", &Config::width, "bits of an element; 8: MXINT8").range(2, 23).unit("bits");
  scale_fields(s);
  block_fields(s);
  s.field("overflow", &Config::overflow, "saturate: full two's complement; saturate_symmetric: without its least code");
  rule_field(s);
  common_fields(s);
}

void Mxint::Config::check(const Value& v) const {
  if (overflow != Overflow::saturate && overflow != Overflow::saturate_symmetric)
    throw Error("quant.mxint saturates: overflow is saturate or saturate_symmetric", v.loc);
  check_mase_rule(rule, rounding == Rounding::nearest_even && overflow == Overflow::saturate, v);
}

template <class T>
BlockInteger<T> Mxint::kernel() const {
  const int fraction = config_.width - 2;
  const bool symmetric = config_.overflow == Overflow::saturate_symmetric;
  BlockInteger<T> f;
  f.frac_width = fraction;
  f.high = std::ldexp(T(1), fraction + 1) - 1, f.low = symmetric ? -f.high : -f.high - 1;
  f.last_exponent = std::numeric_limits<T>::max_exponent - 1, f.last_low = -f.high;
  f.rounding = RoundingTable<T>(config_.rounding);
  f.exponent = mx_exponent<T>(config_.scale_rule, config_.scale_bits, 0, fraction, std::ldexp(f.high, -fraction));
  return f;
}

double Mxint::value(int64_t code, int64_t exponent, double) const {
  // Under MASE's rule a step is half as large.
  const int fraction = config_.rule == Rule::mase ? config_.width - 1 : config_.width - 2;
  return std::ldexp(static_cast<double>(code), static_cast<int>(exponent) - fraction);
}

template <class T>
void Mxint::mase(MaseBlock<T>& b) const {
  const T shift = std::ldexp(T(1), config_.width - 1);
  const T exponent = std::ceil(mase_log2(std::max(b.max, std::numeric_limits<T>::min())));
  const int stored = static_cast<int>(mase_clamp(exponent, T(-scale_bias(config_.scale_bits)),
                                                 T((1 << config_.scale_bits) - 1 - scale_bias(config_.scale_bits))));
  b.exponent = stored;
  for (int64_t i = 0; i < b.count; ++i) {
    const T n = mase_clamp(std::nearbyint(std::ldexp(b.x[i], -static_cast<int>(exponent)) * shift), -shift, shift - 1);
    b.y[i] = std::ldexp(n / shift, stored);
    if (b.codes) b.codes[i] = static_cast<int64_t>(n);
  }
}

template void Mxint::mase(MaseBlock<float>&) const;
template void Mxint::mase(MaseBlock<double>&) const;

}  // namespace mase::quant
