// Floating-point elements of any small shape: values, codes, and functors that round to them exactly.
//
// Two functors. FloatNearest knows nearest_even with saturation: the addition of a number whose last bit counts one
// step of the binade of x, found from the exponent bits. FloatRounding knows every rounding and overflow: integer
// arithmetic on the bits of |x|. Below the smallest normal number it first adds that number, which lines the bits up
// as in a normal one, and keeps what the addition lost in a sticky last bit.
//
// Both take an extra power-of-two scale, for elements of blocks: f.scaled(x, 2^-s, 2^s).
#pragma once
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "element_format.h"

namespace mase::quant {

// finite: no special codes. fn: all ones is NaN. fnuz: the code of -0 is NaN. ieee: the top exponent holds infinity
// and NaN.
enum class FloatKind { finite, fn, fnuz, ieee };

// One sign bit, exponent_bits (1...11), mantissa_bits (0...49); bias from -512 to 512.
struct FloatSpec {
  int exponent_bits = 4, mantissa_bits = 3, bias = 7;
  FloatKind kind = FloatKind::finite;

  int min_exponent() const { return 1 - bias; }  // of the smallest normal number
  int64_t sign_code() const { return int64_t{1} << (exponent_bits + mantissa_bits); }
  int64_t infinity_code() const { return sign_code() - (int64_t{1} << mantissa_bits); }
  int64_t max_code() const {  // of the greatest finite value
    if (kind == FloatKind::ieee) return infinity_code() - 1;
    return sign_code() - (kind == FloatKind::fn ? 2 : 1);
  }
  bool has_negative_zero() const { return kind != FloatKind::fnuz; }
  bool has_infinity() const { return kind == FloatKind::ieee; }
  double max() const { return value(max_code()); }
  double step() const { return std::ldexp(1.0, min_exponent() - mantissa_bits); }  // the smallest one

  double value(int64_t code) const {
    const int64_t magnitude = code & (sign_code() - 1);
    const bool negative = code & sign_code();
    if (kind == FloatKind::fnuz && code == sign_code()) return std::numeric_limits<double>::quiet_NaN();
    if (kind == FloatKind::fn && magnitude == sign_code() - 1) return std::numeric_limits<double>::quiet_NaN();
    if (kind == FloatKind::ieee && magnitude > infinity_code()) return std::numeric_limits<double>::quiet_NaN();
    const int64_t field = magnitude >> mantissa_bits, fraction = magnitude & ((int64_t{1} << mantissa_bits) - 1);
    double v = field == 0 ? std::ldexp(static_cast<double>(fraction), min_exponent() - mantissa_bits)
                          : std::ldexp(static_cast<double>(fraction + (int64_t{1} << mantissa_bits)),
                                       static_cast<int>(field) - bias - mantissa_bits);
    if (kind == FloatKind::ieee && magnitude == infinity_code()) v = std::numeric_limits<double>::infinity();
    return negative ? -v : v;
  }

  // Of a value of the format; nothing where there is no such code. Every NaN becomes one code.
  std::optional<int64_t> code(double value) const {
    const int64_t sign = std::signbit(value) ? sign_code() : 0;
    if (std::isnan(value)) {
      if (kind == FloatKind::finite) return std::nullopt;
      if (kind == FloatKind::fnuz) return sign_code();
      return kind == FloatKind::fn ? sign_code() - 1 : infinity_code() + (int64_t{1} << mantissa_bits >> 1);
    }
    const double magnitude = std::fabs(value);
    if (std::isinf(value)) return has_infinity() ? std::optional(sign + infinity_code()) : std::nullopt;
    if (magnitude == 0) return has_negative_zero() ? sign : 0;
    const int exponent = std::max(std::ilogb(magnitude), min_exponent());
    const double units = std::ldexp(magnitude, mantissa_bits - exponent);
    if (units != std::floor(units)) return std::nullopt;
    // A normal number's leading one counts one in the exponent field.
    const auto code = static_cast<int64_t>(units) + (static_cast<int64_t>(exponent - min_exponent()) << mantissa_bits);
    return code <= max_code() ? std::optional(sign + code) : std::nullopt;
  }
};

// What rounding has to know of a format: normal numbers from 2^min_exponent, steps below them as at 2^min_exponent.
struct FloatGrid {
  int min_exponent, mantissa_bits;
  double max;
  bool negative_zero;
  double infinity;  // what overflow: to_infinity gives; NaN where the format has NaN but no infinity

  FloatGrid(int min_exponent, int mantissa_bits, double max)
      : min_exponent(min_exponent), mantissa_bits(mantissa_bits), max(max), negative_zero(true), infinity(max) {}
  FloatGrid(const FloatSpec& f) : FloatGrid(f.min_exponent(), f.mantissa_bits, f.max()) {
    negative_zero = f.has_negative_zero();
    infinity = f.has_infinity() ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  }

  // The greatest value that T can hold.
  template <class T>
  T greatest() const {
    const double last = std::ldexp(2 - std::ldexp(1.0, -mantissa_bits), std::numeric_limits<T>::max_exponent - 1);
    const double wanted = std::min({max, last, static_cast<double>(std::numeric_limits<T>::max())});
    const T nearest = static_cast<T>(wanted);
    return static_cast<double>(nearest) > wanted ? std::nextafter(nearest, T(0)) : nearest;
  }
  // Whether the functors below work in T; else a float tensor takes the way through double (Widened).
  template <class T>
  bool fits() const {
    return min_exponent >= 1 - kBias<T> && min_exponent < kBias<T> && mantissa_bits <= kFraction<T> - 2 &&
           max <= std::numeric_limits<T>::max();
  }
  // Whether FloatNearest does: the helper number must not overflow.
  template <class T>
  bool fits_nearest() const {
    return fits<T>() && mantissa_bits >= 1 && std::ilogb(max) + kFraction<T> - mantissa_bits <= kBias<T>;
  }
};

template <class T>
struct FloatNearest {
  T max;               // greatest value
  BitsOf<T> smallest;  // exponent bits of the smallest normal number
  BitsOf<T> helper;    // from the exponent bits of x to those of the helper number
  T zero;              // +0 makes every zero positive, -0 keeps its sign

  explicit FloatNearest(const FloatGrid& f)
      : max(f.greatest<T>()),
        smallest(static_cast<BitsOf<T>>(f.min_exponent + kBias<T>) << kFraction<T>),
        helper(static_cast<BitsOf<T>>(kFraction<T> - f.mantissa_bits) << kFraction<T>),
        zero(f.negative_zero ? -T(0) : T(0)) {}

  MASE_INLINE T magnitude(T a) const {  // a >= 0
    a = select(max < a, max, a);        // a NaN stays
    BitsOf<T> exponent = bits_of(a) & kExponentMask<T>;
    exponent = exponent < smallest ? smallest : exponent;
    const T c = from_bits<T>(wrapped_sum(exponent, helper));
    return (a + c) - c;
  }
  MASE_INLINE T operator()(T x) const { return with_sign(magnitude(magnitude_of(x)), x) + zero; }
  MASE_INLINE T scaled(T x, T inverse, T scale) const {
    return (with_sign(magnitude(magnitude_of(x * inverse)), x) + zero) * scale;
  }
};

template <class T>
struct FloatRounding {
  using I = BitsOf<T>;
  int shift;                       // bits that go
  I gone;                          // mask of them
  I add_positive, add_negative;    // what rounding adds to the magnitude's bits
  I even;                          // 1: and the last bit that stays
  I parity, parity_small;          // where that bit's parity is not the code's (no mantissa bits)
  I smallest;                      // bits of the smallest normal number
  T smallest_normal, max, zero;    // zero: see FloatNearest
  T over_positive, over_negative;  // what a magnitude beyond max becomes
  T infinity;                      // what infinity becomes

  // `greatest_value`: where float tensors have less range than T, their limit.
  FloatRounding(const FloatGrid& f, Rounding rounding, FloatOverflow overflow, T greatest_value) : max(greatest_value) {
    shift = kFraction<T> - f.mantissa_bits;
    gone = (I(1) << shift) - 1;
    set_rounding(rounding);
    parity = f.mantissa_bits == 0 ? (kBias<T> - 1 + f.min_exponent) & 1 : 0;
    parity_small = f.mantissa_bits == 0 ? (kBias<T> + f.min_exponent) & 1 : 0;
    smallest_normal = std::ldexp(T(1), f.min_exponent);
    smallest = __builtin_bit_cast(I, smallest_normal);
    zero = f.negative_zero ? -T(0) : T(0);
    set_overflow(f, rounding, overflow);
  }

  MASE_INLINE T operator()(T x) const {
    const bool negative = bits_of(x) < 0;
    return finish(x, select(negative, add_negative, add_positive));
  }
  MASE_INLINE T operator()(T x, double uniform) const {  // stochastic
    return finish(x, static_cast<I>(uniform * static_cast<double>(gone + 1)));
  }
  MASE_INLINE T scaled(T x, T inverse, T scale) const { return (*this)(shrunk(x, inverse)) * scale; }
  MASE_INLINE T scaled(T x, T inverse, T scale, double uniform) const {
    return (*this)(shrunk(x, inverse), uniform) * scale;
  }

 private:
  // A value so small that scaling makes it 0 still decides where a directed rounding goes.
  MASE_INLINE static T shrunk(T x, T inverse) {
    const T s = x * inverse;
    return select(s == T(0), x, s);
  }
  MASE_INLINE T finish(T x, I add) const {
    const T a = magnitude_of(x);
    const bool small = bits_of(a) < smallest;
    const T sum = a + smallest_normal, lost = a - (sum - smallest_normal);
    const I sum_bits = (bits_of(sum) - I(lost < T(0))) | I(lost != T(0));
    const I w = select(small, sum_bits, bits_of(a));
    const I last = ((w >> shift) ^ select(small, parity_small, parity)) & even;
    const T rounded = from_bits<T>(wrapped_sum(w, add + last) & ~gone);
    T v = select(small, rounded - smallest_normal, rounded);
    v = select(v > max, select(bits_of(x) < 0, over_negative, over_positive), v);
    v = select(a > std::numeric_limits<T>::max(), infinity, v);
    return select(x != x, x, with_sign(v, x) + zero);
  }

  void set_rounding(Rounding rounding) {
    const auto add = [&](I positive, I negative) { add_positive = positive, add_negative = negative; };
    const I half = I(1) << (shift - 1);
    switch (rounding) {
      case Rounding::toward_zero:
      case Rounding::stochastic:
        add(0, 0);
        break;
      case Rounding::away_from_zero:
        add(gone, gone);
        break;
      case Rounding::floor:
        add(0, gone);
        break;
      case Rounding::ceil:
        add(gone, 0);
        break;
      case Rounding::nearest_away:
        add(half, half);
        break;
      case Rounding::nearest_up:
        add(half, half - 1);
        break;
      case Rounding::nearest_down:
        add(half - 1, half);
        break;
      case Rounding::nearest_even:
      case Rounding::nearest_toward_zero:
        add(half - 1, half - 1);
        break;
    }
    even = rounding == Rounding::nearest_even;
  }

  void set_overflow(const FloatGrid& f, Rounding rounding, FloatOverflow overflow) {
    over_positive = over_negative = infinity = overflow == FloatOverflow::saturate_to_zero ? T(0) : max;
    if (overflow != FloatOverflow::to_infinity) return;
    infinity = static_cast<T>(f.infinity);
    const bool inward = rounding == Rounding::toward_zero;
    if (!inward && rounding != Rounding::floor) over_positive = infinity;
    if (!inward && rounding != Rounding::ceil) over_negative = infinity;
  }
};

// Quantizes one part with the right functor for the type, rounding and overflow.
template <class T>
bool run_float(const FloatGrid& f, Rounding rounding, FloatOverflow overflow, const T* x, T* y, const Part& part);

}  // namespace mase::quant
