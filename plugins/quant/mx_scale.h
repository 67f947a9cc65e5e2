// The scale of OCP microscaling (MX) blocks: a power of two stored as E8M0, by one of four rules.
#pragma once
#include "block_format.h"

namespace mase {

namespace quant {
enum class ScaleRule { floor, ceil, even, rceil };
}  // namespace quant

template <>
struct EnumNames<quant::ScaleRule> {
  static const std::vector<std::string>& names() {
    static const std::vector<std::string> names = {"floor", "ceil", "even", "rceil"};
    return names;
  }
};

namespace quant {

template <class C>
void scale_fields(Schema<C>& s) {
  s.field("scale_bits", &C::scale_bits, "bits of the shared scale, a power of two; 8: E8M0, 2^-127 ... 2^127")
      .range(2, 8)
      .unit("bits");
  s.field("scale_rule", &C::scale_rule,
          "power of two by which a block's maximum is divided: floor (OCP), ceil, even (of the rounded maximum), rceil "
          "(the least that saturates nothing)");
}

inline int scale_bias(int scale_bits) { return (1 << (scale_bits - 1)) - 1; }

// Elements have `fraction` bits after their leading one, and the greatest is 2^emax * greatest, 1 <= greatest < 2.
template <class T>
SharedExponent<T> mx_exponent(ScaleRule rule, int scale_bits, int emax, int fraction, double greatest) {
  constexpr BitsOf<T> kOne = 1;
  SharedExponent<T> e;
  e.offset = emax;
  // Where the greatest element would leave T's range, a smaller scale lets it saturate.
  e.low = -scale_bias(scale_bits);
  e.high = std::min(scale_bias(scale_bits), std::numeric_limits<T>::max_exponent - 1 - emax);
  if (rule == ScaleRule::ceil) e.carry = (kOne << kFraction<T>)-1;
  if (rule == ScaleRule::even) e.carry = kOne << (kFraction<T> - fraction - 1);
  if (rule == ScaleRule::rceil)
    e.carry = (kOne << kFraction<T>)-1 - static_cast<BitsOf<T>>(std::ldexp(greatest - 1, kFraction<T>));
  return e;
}

}  // namespace quant
}  // namespace mase
