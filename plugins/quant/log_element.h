// The functor of blocks of powers of two.
#pragma once
#include "block_elements.h"

namespace mase::quant {

// Powers of two and zero: 2^S and what lies at most 2^(width-1) - 2 binades below it. The logarithm is rounded, which
// is a carry into the exponent bits. p[0], p[1]: the greatest and the smallest power of two.
template <class T>
struct LogElement {
  static constexpr int kParams = 2;
  static constexpr bool kTable = false;
  SharedExponent<T> exponent;
  BitsOf<T> binades = 0;
  BitsOf<T> carry[2] = {};  // of negative and positive numbers
  T beyond[2] = {};         // magnitudes beyond so much of the smallest power become that power, others zero

  MASE_INLINE static T power(BitsOf<T> k) {
    return normal_power_of_two<T>(k >> 1) * normal_power_of_two<T>(k - (k >> 1));
  }
  MASE_INLINE void prepare(BitsOf<T> amax, T* p, int64_t stride) const {
    constexpr BitsOf<T> kLeast = std::numeric_limits<T>::min_exponent - std::numeric_limits<T>::digits;
    const BitsOf<T> high = exponent(amax), low = high - binades;
    p[0] = power(high), p[stride] = power(select(low < kLeast, kLeast, low));
  }
  template <bool kEven>
  MASE_INLINE T element(const T* p, T x) const {
    constexpr T kGrow = T(int64_t{1} << (kFraction<T> + 1));
    const T a = magnitude_of(x), none = 0, one = 1;
    const bool positive = x > none, subnormal = bits_of(a) < (BitsOf<T>(1) << kFraction<T>);
    const BitsOf<T> c = select(positive, carry[1], carry[0]);
    const BitsOf<T> raised = wrapped_sum(select(subnormal, bits_of(a * kGrow), bits_of(a)), c);
    const T power = from_bits<T>(raised & kExponentMask<T>);
    T r = power * select(subnormal, one / kGrow, one);
    r = select(r > p[0], p[0], r);
    const T small = select(a > select(positive, beyond[1], beyond[0]) * p[1], p[1], none);
    return with_sign(select(a < p[1], small, r), x);
  }
  T drawn(const T* p, T x, double uniform) const {
    const T a = std::fabs(x);
    if (a >= p[0]) return std::copysign(p[0], x);
    const T low = a < p[1] ? T(0) : std::ldexp(T(1), std::ilogb(a)), up = a < p[1] ? p[1] : 2 * low;
    return std::copysign(uniform < static_cast<double>((a - low) / (up - low)) ? up : low, x);
  }
  MASE_INLINE T value(const T*, T n) const { return n; }
  T lowest(const T* p) const { return -p[0]; }
  T highest(const T* p) const { return p[0]; }
};

MASE_BLOCK_KERNELS(LogElement, extern)

}  // namespace mase::quant
