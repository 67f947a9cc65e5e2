// Functors of block_kernel.h: what an element becomes, given its block's exponent or scale.
#pragma once
#include <cmath>

#include "block_kernel.h"
#include "element_format.h"
#include "float_kernel.h"

namespace mase::quant {

// Every deterministic rounding as corrections of the nearest value (ties to even): whether to go a step up where that
// lies below the number, down where above, up or down at a tie; for negative and positive numbers.
template <class T>
struct RoundingTable {
  T up[2] = {}, down[2] = {}, tie_up[2] = {}, tie_down[2] = {};
  explicit RoundingTable(Rounding rounding = Rounding::nearest_even);

  // `s` from `n`, its nearest multiple of `step` (ties to even). s - n is exact.
  MASE_INLINE T correct(T n, T s, T step) const {
    const T none = 0, d = s - n, half = step * T(0.5);
    const bool positive = s > none;
    const T u = select(positive, up[1], up[0]), w = select(positive, down[1], down[0]);
    const T tu = select(positive, tie_up[1], tie_up[0]), tw = select(positive, tie_down[1], tie_down[0]);
    T change = select(d > none, u, none) - select(d < none, w, none);
    change += select(d == half, tu, none) - select(d == -half, tw, none);
    return n + change * step;
  }
};

// A block's shared exponent: the exponent of its largest magnitude, which `carry` (added to the bits of the magnitude)
// may raise by one, less `offset`, within limits. Exact for subnormal numbers; infinity counts as the largest number.
template <class T>
struct SharedExponent {
  BitsOf<T> carry = 0, offset = 0, low = 0, high = 0;

  MASE_INLINE BitsOf<T> operator()(BitsOf<T> amax) const {
    constexpr BitsOf<T> kOne = 1, kShift = kFraction<T> + 1;
    const BitsOf<T> b = select<BitsOf<T>>(amax < kExponentMask<T>, amax, kExponentMask<T> - kOne);
    const T grown = from_bits<T>(b) * T(int64_t{1} << kShift);
    const bool subnormal = b < (kOne << kFraction<T>);
    const BitsOf<T> e = ((select(subnormal, bits_of(grown), b) + carry) >> kFraction<T>)-kBias<T> -
                        select<BitsOf<T>>(subnormal, kShift, 0) - offset;
    return select(e < low, low, select(e > high, high, e));
  }
};

// SharedExponent::carry for elements of `fraction` bits after a leading one bit that is the maximum's: one more where
// the maximum, rounded to so many bits, becomes the next power of two.
template <class T>
constexpr BitsOf<T> carry_into(Rounding rounding, int fraction) {
  const BitsOf<T> step = BitsOf<T>(1) << (kFraction<T> - fraction);
  switch (rounding) {
    case Rounding::toward_zero:
      return 0;
    case Rounding::floor:
    case Rounding::ceil:
    case Rounding::away_from_zero:
    case Rounding::stochastic:
      return step - 1;
    default:
      return step / 2;
  }
}

// 2^k for a normal result.
template <class T>
MASE_INLINE T normal_power_of_two(BitsOf<T> k) {
  return from_bits<T>((k + kBias<T>) << kFraction<T>);
}

// p[0..1]: factors into units of 2^exponent, p[2..3]: and back. Two each, because one alone may leave T's range.
template <class T>
MASE_INLINE void prepare_factors(BitsOf<T> exponent, T* p, int64_t stride) {
  const BitsOf<T> half = exponent >> 1, rest = exponent - half;
  p[0] = normal_power_of_two<T>(-half), p[stride] = normal_power_of_two<T>(-rest);
  p[2 * stride] = normal_power_of_two<T>(half), p[3 * stride] = normal_power_of_two<T>(rest);
}

template <class T>
MASE_INLINE T clamped(T s, T low, T high) {
  s = select(low > s, low, s);
  return select(high < s, high, s);
}

// `s`, or the smallest number of its sign where scaling made a number zero: it still decides where a directed rounding
// goes.
template <class T>
MASE_INLINE T not_lost(T s, T x) {
  return select(s == T(0) && x != T(0), with_sign(std::numeric_limits<T>::denorm_min(), x), s);
}

// The lower neighbour or the upper one, in steps of `step`.
template <class T>
T round_by_draw(T s, T step, double uniform) {
  const T low = std::floor(s / step) * step;
  return uniform < static_cast<double>((s - low) / step) ? low + step : low;
}

// Integers of up to 22 bits that share an exponent: value = n * 2^(exponent - frac_width).
template <class T>
struct BlockInteger {
  static constexpr int kParams = 5;
  static constexpr bool kTable = false;
  SharedExponent<T> exponent;
  BitsOf<T> frac_width = 0;
  T low = 0, high = 0;
  T last_low = 0;  // instead of low in blocks of the last exponent, where low leaves T's range
  BitsOf<T> last_exponent = 0;
  RoundingTable<T> rounding;

  MASE_INLINE void prepare(BitsOf<T> amax, T* p, int64_t stride) const {
    const BitsOf<T> e = exponent(amax);
    prepare_factors<T>(e - frac_width, p, stride);
    p[4 * stride] = select(e >= last_exponent, last_low, low);
  }
  MASE_INLINE T scaled(const T* p, T x) const { return clamped(x * p[0] * p[1], p[4], high); }
  template <bool kEven>
  MASE_INLINE T element(const T* p, T x) const {
    if constexpr (kEven) return nearest_even<T, true>(scaled(p, x));
    const T s = not_lost(scaled(p, x), x);
    return rounding.correct(nearest_even<T, true>(s), s, T(1));
  }
  T drawn(const T* p, T x, double uniform) const { return round_by_draw(scaled(p, x), T(1), uniform); }
  MASE_INLINE T value(const T* p, T n) const { return n * p[2] * p[3]; }
  T lowest(const T* p) const { return value(p, p[4]); }
  T highest(const T* p) const { return value(p, high); }
};

// Small floating-point elements in units of 2^exponent, saturating. They have a sign of their own, so -0 stays.
template <class T>
struct BlockFloat {
  static constexpr int kParams = 4;
  static constexpr bool kTable = false;
  SharedExponent<T> exponent;
  T step;              // in the binade of 1
  BitsOf<T> low_bits;  // bits of the smallest normal number
  T high;
  RoundingTable<T> rounding;

  BlockFloat(const FloatSpec& spec, Rounding mode)
      : step(std::ldexp(T(1), -spec.mantissa_bits)),
        low_bits(bits_of(std::ldexp(T(1), spec.min_exponent()))),
        high(static_cast<T>(spec.max())),
        rounding(mode) {}

  MASE_INLINE void prepare(BitsOf<T> amax, T* p, int64_t stride) const {
    prepare_factors<T>(exponent(amax), p, stride);
  }
  MASE_INLINE T scaled(const T* p, T x) const { return clamped(x * p[0] * p[1], -high, high); }
  MASE_INLINE T binade(T s) const {
    const BitsOf<T> b = bits_of(s) & kExponentMask<T>;
    return from_bits<T>(select(b < low_bits, low_bits, b));
  }
  template <bool kEven>
  MASE_INLINE T element(const T* p, T x) const {
    return rounded<kEven>(scaled(p, x), x);
  }
  // `s` on the grid, with the sign of `x`.
  template <bool kEven>
  MASE_INLINE T rounded(T s, T x) const {
    if constexpr (!kEven) s = not_lost(s, x);
    const T unit = binade(s);
    // As in nearest_even: a number so large that its last bit counts one step.
    const T magic = unit * (T(1.5) * T(int64_t{1} << kFraction<T>) * step);
    T n = (s + magic) - magic;
    if constexpr (!kEven) n = rounding.correct(n, s, unit * step);
    return with_sign(n, x);
  }
  T drawn(const T* p, T x, double uniform) const { return rounded_by_draw(scaled(p, x), x, uniform); }
  T rounded_by_draw(T s, T x, double uniform) const {
    return with_sign(magnitude_of(round_by_draw(s, binade(s) * step, uniform)), x);
  }
  MASE_INLINE T value(const T* p, T n) const { return n * p[2] * p[3]; }
  T lowest(const T* p) const { return value(p, -high); }
  T highest(const T* p) const { return value(p, high); }
};

// What integers in units of a scale have in common: S has limited(p, s), `s` in units of p[0].
template <class T, class S>
struct IntegerElement {
  RoundingTable<T> rounding;

  template <bool kEven>
  MASE_INLINE T element(const T* p, T x) const {
    const S& self = *static_cast<const S*>(this);
    if constexpr (kEven) return nearest_even<T, true>(self.limited(p, x / p[0]));
    const T s = self.limited(p, not_lost(x / p[0], x));  // in this order: where the limit is 0, nothing is lost
    return rounding.correct(nearest_even<T, true>(s), s, T(1));
  }
  T drawn(const T* p, T x, double uniform) const {
    return round_by_draw(static_cast<const S*>(this)->limited(p, x / p[0]), T(1), uniform);
  }
  MASE_INLINE T value(const T* p, T n) const { return n * p[0]; }
  T scale(const T* p) const { return p[0]; }
};

// With scales known beforehand: p[0] the scale, p[1] and p[2] the outermost integers.
template <class T>
struct ScaledInteger : IntegerElement<T, ScaledInteger<T>> {
  static constexpr int kParams = 3;
  static constexpr bool kTable = true;
  const T* table[3] = {};
  const int64_t* zero_point = nullptr;  // of each block, for codes

  MASE_INLINE T limited(const T* p, T s) const { return clamped(s, p[1], p[2]); }
  T lowest(const T* p) const { return this->value(p, p[1]); }
  T highest(const T* p) const { return this->value(p, p[2]); }
};

// With scales and zero points known beforehand, the zero point p[3] added before rounding, in T: ties to even are those
// of codes.
template <class T>
struct ShiftedInteger {
  static constexpr int kParams = 4;
  static constexpr bool kTable = true;
  const T* table[4] = {};
  const int64_t* zero_point = nullptr;  // of each block, for codes
  RoundingTable<T> rounding;

  MASE_INLINE T shifted(const T* p, T x) const { return clamped(x / p[0] + p[3], p[1] + p[3], p[2] + p[3]); }
  template <bool kEven>
  MASE_INLINE T element(const T* p, T x) const {
    const T s = shifted(p, x), n = nearest_even<T, true>(s);
    if constexpr (kEven) return n - p[3];
    return rounding.correct(n, s, T(1)) - p[3];
  }
  T drawn(const T* p, T x, double uniform) const { return round_by_draw(shifted(p, x), T(1), uniform) - p[3]; }
  MASE_INLINE T value(const T* p, T n) const { return n * p[0]; }
  T scale(const T* p) const { return p[0]; }
  T lowest(const T* p) const { return value(p, p[1]); }
  T highest(const T* p) const { return value(p, p[2]); }
};

// Small floating-point elements in units of the scale p[0], with every rounding and overflow. In double precision,
// which holds the numbers of every shape of element.
template <class T>
struct ScaledFloat {
  static constexpr int kParams = 1;
  static constexpr bool kTable = true;
  const T* table[1] = {};
  FloatRounding<double> elements;
  double greatest;

  ScaledFloat(const FloatGrid& grid, Rounding rounding, FloatOverflow overflow)
      : elements(grid, rounding, overflow, double(grid.greatest<T>())), greatest(double(grid.greatest<T>())) {}

  template <bool>
  MASE_INLINE T element(const T* p, T x) const {
    return static_cast<T>(elements(static_cast<double>(not_lost(x / p[0], x))));
  }
  T drawn(const T* p, T x, double uniform) const {
    return static_cast<T>(elements(static_cast<double>(x / p[0]), uniform));
  }
  MASE_INLINE T value(const T* p, T n) const { return n * p[0]; }
  T scale(const T* p) const { return p[0]; }
  T lowest(const T* p) const { return static_cast<T>(-greatest) * p[0]; }
  T highest(const T* p) const { return static_cast<T>(greatest) * p[0]; }
};

// With the scale that just holds the block's largest magnitude, amax / high.
template <class T>
struct FittedInteger : IntegerElement<T, FittedInteger<T>> {
  static constexpr int kParams = 1;
  static constexpr bool kTable = false;
  T low = 0, high = 0;

  MASE_INLINE void prepare(BitsOf<T> amax, T* p, int64_t) const {
    constexpr T kLeast = std::numeric_limits<T>::min();
    constexpr BitsOf<T> kMost = kExponentMask<T> - 16;  // beyond, high * p[0] might be rounded to infinity
    const T fitting = from_bits<T>(select<BitsOf<T>>(amax < kMost, amax, kMost)) / high;
    p[0] = select(fitting < kLeast, kLeast, fitting);
  }
  MASE_INLINE T limited(const T*, T s) const { return clamped(s, low, high); }
  T lowest(const T* p) const { return this->value(p, low); }
  T highest(const T* p) const { return this->value(p, high); }
};

// NVFP4: e2m1 elements in units of an e4m3 scale times the tensor's scale. p[0] is that product, p[1] the e4m3 scale.
template <class T>
struct DoublyScaledFloat {
  static constexpr int kParams = 2;
  static constexpr bool kTable = false;
  T tensor_scale;
  FloatNearest<T> scale_format{FloatSpec{4, 3, 7, FloatKind::fn}};
  BlockFloat<T> elements;

  DoublyScaledFloat(T tensor_scale, Rounding mode)
      : tensor_scale(tensor_scale), elements(FloatSpec{2, 1, 1, FloatKind::finite}, mode) {}

  MASE_INLINE T block_scale(BitsOf<T> amax) const {
    const T most = from_bits<T>(select<BitsOf<T>>(amax < kExponentMask<T>, amax, kExponentMask<T> - 1));
    const T rounded = scale_format.magnitude(most / elements.high / tensor_scale), least = T(0x1p-9);
    return select(rounded < least, least, rounded);
  }
  MASE_INLINE void prepare(BitsOf<T> amax, T* p, int64_t stride) const {
    p[stride] = block_scale(amax);
    p[0] = p[stride] * tensor_scale;
  }
  MASE_INLINE T scaled(const T* p, T x) const { return clamped(x / p[0], -elements.high, elements.high); }
  template <bool kEven>
  MASE_INLINE T element(const T* p, T x) const {
    return elements.template rounded<kEven>(scaled(p, x), x);
  }
  T drawn(const T* p, T x, double uniform) const { return elements.rounded_by_draw(scaled(p, x), x, uniform); }
  MASE_INLINE T value(const T* p, T n) const { return n * p[1] * tensor_scale; }
  T scale(const T*) const { return tensor_scale; }
  T lowest(const T* p) const { return value(p, -elements.high); }
  T highest(const T* p) const { return value(p, elements.high); }
};

// The largest magnitude; a NaN counts as infinity.
float greatest_magnitude(const float* x, int64_t count);
double greatest_magnitude(const double* x, int64_t count);

MASE_BLOCK_KERNELS(BlockInteger, extern)
MASE_BLOCK_KERNELS(BlockFloat, extern)
MASE_BLOCK_KERNELS(ScaledInteger, extern)
MASE_BLOCK_KERNELS(ShiftedInteger, extern)
MASE_BLOCK_KERNELS(ScaledFloat, extern)
MASE_BLOCK_KERNELS(FittedInteger, extern)
MASE_BLOCK_KERNELS(DoublyScaledFloat, extern)

}  // namespace mase::quant
