// Functors of `rule: mase`: what MASE's quantizers of elements return, to the bit, defects included.
//
// MASE takes exponents from a float32 log2. Its rounding shows within a few units below (or above) a power of two, and
// around sqrt(2) times one: there log2 rounds to the integer (or the half) itself. Near an exponent k the spacing of
// float32 logarithms is 2^(j - 23), 2^j <= |k| < 2^(j+1), so the window is ln(2) * 2^(j - 24) wide, relative to the
// value. In units of the value's last bit that is a whole number computed from k, and comparing bits does the rest.
// float64 tensors, of which MASE has no recorded results, take the library's log2.
#pragma once
#include <cmath>
#include <limits>

#include "kernel.h"

namespace mase::quant {

// 2^j with 2^j <= |k + 1/2| < 2^(j+1).
MASE_INLINE float binade_of(int32_t k) {
  return from_bits<float>(bits_of(static_cast<float>(k) + 0.5f) & kExponentMask<float>);
}
// floor and ceil of log2(v), v > 0 and normal.
MASE_INLINE int32_t floor_log2(float v) {
  const int32_t bits = bits_of(v);
  const auto window = static_cast<int32_t>(0.69314718f * binade_of((bits >> 23) - 127));
  return ((bits + window) >> 23) - 127;
}
MASE_INLINE int32_t ceil_log2(float v) {
  const int32_t bits = bits_of(v);
  const auto window = static_cast<int32_t>(0.34657359f * binade_of((bits >> 23) - 127));
  return ((bits - 1 - window) >> 23) - 126;
}
// log2(v) rounded to the nearest integer, ties to even; any v > 0.
MASE_INLINE int32_t round_log2(float v) {
  const bool small = v < 0x1p-100f;
  const int32_t bits = bits_of(select(small, v * 0x1p64f, v));
  const int32_t k = (bits >> 23) - select(small, 191, 127);
  // sqrt(2) lies 0.2032 units above the number with this fraction.
  const auto above = static_cast<float>((bits & 0x7fffff) - 0x3504f3);
  const float window = 0.4901290f * binade_of(k), edge = 0.2032f + select((k & 1) != 0, -window, window);
  return k + int32_t(above > edge);
}
inline int32_t floor_log2(double v) { return static_cast<int32_t>(std::floor(std::log2(v))); }
inline int32_t ceil_log2(double v) { return static_cast<int32_t>(std::ceil(std::log2(v))); }
inline int32_t round_log2(double v) { return static_cast<int32_t>(std::nearbyint(std::log2(v))); }

template <class I>
MASE_INLINE I limited(I v, I low, I high) {
  v = v < low ? low : v;
  return v > high ? high : v;
}
// 2^e in T: 0 and infinity where T ends.
template <class T>
MASE_INLINE T power_of_two(BitsOf<T> e) {
  const BitsOf<T> normal = limited<BitsOf<T>>(e, 1 - kBias<T>, kBias<T> + 1);
  const BitsOf<T> rest = limited<BitsOf<T>>(e - normal, 1 - kBias<T>, 0);
  return from_bits<T>((normal + kBias<T>) << kFraction<T>) * from_bits<T>((rest + kBias<T>) << kFraction<T>);
}

// Fields of MASE's minifloats: exponent limits and mantissa bits.
template <class T>
struct MaseMinifloat {
  int32_t low, high;        // exponents
  T shift, mantissa_limit;  // 2^mantissa bits, and that less one

  MaseMinifloat(int width, int exponent_width, int bias)
      : low(-bias),
        high((1 << exponent_width) - 1 - bias),
        shift(std::ldexp(T(1), width - exponent_width - 1)),
        mantissa_limit(shift - 1) {}

  // Values below 1e-8 pass; -0 becomes +0; infinity times zero is a NaN.
  MASE_INLINE static T finish(T x, T a, T magnitude) {
    return select(a <= T(1e-8f), x + T(0), with_sign(magnitude, x) + x * T(0));
  }
  // 0 <= m <= limit rounded to nearest even; a NaN becomes one at the end.
  MASE_INLINE T rounded(T m) const {
    m = select(m < T(0), T(0), m);
    return nearest_even<T, true>(select(m > mantissa_limit, mantissa_limit, m));
  }
};

template <class T>
struct MaseIeee : MaseMinifloat<T> {
  using MaseMinifloat<T>::MaseMinifloat;
  MASE_INLINE T operator()(T x) const {
    const T a = magnitude_of(x);
    const int32_t e = limited(floor_log2(a + T(1e-9f)), this->low, this->high);
    const T scale = power_of_two<T>(e), m = a / scale * this->shift;
    const bool normal = e != this->low;
    const T r = this->rounded(select(normal, m - this->shift, m * T(0.5)));
    const T mantissa = select(normal, T(1) + r / this->shift, r / this->shift * T(2));
    return this->finish(x, a, scale * mantissa);
  }
};

template <class T>
struct MaseDenorm : MaseMinifloat<T> {
  using MaseMinifloat<T>::MaseMinifloat;
  MASE_INLINE T operator()(T x) const {
    const T a = magnitude_of(x);
    const int32_t e = limited(ceil_log2(a + T(1e-9f)), this->low, this->high);
    const T scale = power_of_two<T>(e);
    return this->finish(x, a, scale * (this->rounded(a / scale * this->shift) / this->shift));
  }
};

template <class T>
struct MaseLog {
  int32_t low, high;  // exponents
  T tenth;            // of the smallest power

  MaseLog(int width, int bias)
      : low(-bias), high((1 << (width - 1)) - 1 - bias), tenth(static_cast<T>(std::ldexp(1.0, low) * 0.1)) {}

  MASE_INLINE T operator()(T x) const {
    const int32_t e = limited(round_log2(magnitude_of(x) + tenth), low, high);
    const T shifted = x + tenth, y = with_sign(power_of_two<T>(e), shifted);
    return select(x != x, x, select(shifted == T(0), T(0), y));
  }
};

// minifloat_mx, the element of MASE's mxfp: fields of bits, of which the last eight of a float32 never count.
struct MaseMx {
  int32_t exponent_bits, fraction_bits, bias, top;  // top: greatest exponent field
  int32_t shift, add, even;                         // rounding of the fraction
  int32_t special, special_nan, infinite_above;     // fields of infinity, of NaN beyond it; codes that are infinite

  MaseMx(int exponent_bits, int fraction_bits, bool is_finite, bool nearest, bool up)
      : exponent_bits(exponent_bits),
        fraction_bits(fraction_bits),
        bias((1 << (exponent_bits - 1)) - 1),
        top((1 << exponent_bits) - (is_finite ? 1 : 2)),
        shift(23 - fraction_bits),
        add(nearest ? (1 << (shift - 1)) - 1
            : up    ? (1 << shift) - 1
                    : 0),
        even(nearest),
        special(is_finite ? bias - 1 : top),
        special_nan(is_finite ? 0 : 1),
        infinite_above(is_finite ? 1 << exponent_bits : top) {}

  MASE_INLINE float operator()(float x) const { return value(code(x)); }
  MASE_INLINE double operator()(double x) const { return (*this)(static_cast<float>(x)); }

  // Sign, exponent and fraction bits.
  MASE_INLINE int32_t code(float x) const {
    const int32_t fraction = bits_of(x) & 0x7fff00, exponent = (bits_of(x) >> 23) & 255;
    const int32_t r = (fraction + add + ((fraction >> shift) & even)) >> shift;
    const int32_t not_finite = special + select(fraction != 0, special_nan, 0);
    const int32_t e = select(exponent == 255, not_finite, exponent - 127 + bias);
    const int32_t greatest = (top << fraction_bits) | ((1 << fraction_bits) - 1);
    const int32_t normal = (e << fraction_bits) | r;  // an overflowing fraction is merged, not carried
    const int32_t first = select(r != 0, ((1 << fraction_bits) | r) >> 1, 0);
    const int32_t field = select(e > top, greatest, select(e > 0, normal, select(e == 0, first, 0)));
    const int32_t sign = select((bits_of(x) & 0x7fffffff) != 0, (bits_of(x) >> 31) & 1, 0);
    return field | sign << (exponent_bits + fraction_bits);
  }
  MASE_INLINE float value(int32_t code) const {
    const int32_t field = code & ((1 << (exponent_bits + fraction_bits)) - 1);
    const int32_t e = field >> fraction_bits, f = field & ((1 << fraction_bits) - 1);
    const float subnormal = static_cast<float>(f) * power_of_two<float>(1 - bias - fraction_bits);
    float v = from_bits<float>(((e - bias + 127) << 23) | (f << (23 - fraction_bits)));
    v = select(e == 0, subnormal, v);
    v = select(e > infinite_above, std::numeric_limits<float>::infinity(), v);
    return from_bits<float>(bits_of(v) | ((code >> (exponent_bits + fraction_bits)) << 31));
  }
};

}  // namespace mase::quant
