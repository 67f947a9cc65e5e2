// Fixed-point grids, and what the vector kernel leaves out: wrapping around and stochastic rounding.
#pragma once
#include <algorithm>
#include <cmath>
#include <limits>

#include "fixed_kernel.h"

namespace mase::quant {

// The greatest number of type T that is not above `limit`.
template <class T>
T not_above(uint64_t limit) {
  constexpr int kDigits = std::numeric_limits<T>::digits;
  int spare = 0;
  while (limit >> spare >> kDigits) ++spare;
  return static_cast<T>(limit >> spare << spare);
}

struct FixedFields {
  int width = 8, frac_width = 4;
  bool is_signed = true;
  Rounding rounding = Rounding::nearest_even;
  Overflow overflow = Overflow::saturate;
  bool mase_rule = false;
};

// Magnitudes of the outermost codes.
struct Limits {
  uint64_t low, high;
};
inline Limits limits_of(const FixedFields& f) {
  if (!f.is_signed) return {0, f.width == 64 ? UINT64_MAX : (uint64_t{1} << f.width) - 1};
  const uint64_t half = uint64_t{1} << (f.width - 1);
  return {f.overflow == Overflow::saturate_symmetric ? half - 1 : half, half - 1};
}

template <class T>
FixedGrid<T> make_grid(const FixedFields& f) {
  const Limits limits = limits_of(f);
  FixedGrid<T> g;
  g.scale = std::ldexp(T(1), f.frac_width), g.inverse = std::ldexp(T(1), -f.frac_width);
  g.low = T(0) - not_above<T>(limits.low), g.high = not_above<T>(limits.high);
  // MASE lets the limit itself be rounded: 2^31 where 2^31 - 1 has too many bits.
  if (f.mase_rule) g.high = static_cast<T>(limits.high);
  const bool to_zero = f.overflow == Overflow::saturate_to_zero;
  g.below = to_zero ? T(0) : g.low, g.above = to_zero ? T(0) : g.high;
  g.zero = f.mase_rule ? -T(0) : T(0);
  g.clamp_first = !to_zero && !f.mase_rule && std::max(-g.low, g.high) <= kShortLimit<T>;
  g.rounding = f.rounding;
  return g;
}

// `s` to an integer; `uniform` decides when the rounding is stochastic.
template <class T>
T round_scaled(T s, Rounding rounding, double uniform) {
  const T low = std::floor(s), up = s > low ? low + 1 : low;
  // The smaller of the two distances is exact; the other may round to a half.
  const bool near_low = s - low < T(0.5), near_up = up - s < T(0.5);
  const bool tie = !near_low && !near_up;
  const T nearest = near_low ? low : up;
  switch (rounding) {
    case Rounding::floor:
      return low;
    case Rounding::ceil:
      return up;
    case Rounding::toward_zero:
      return s > 0 ? low : up;
    case Rounding::away_from_zero:
      return s > 0 ? up : low;
    case Rounding::nearest_up:
      return tie ? up : nearest;
    case Rounding::nearest_down:
      return tie ? low : nearest;
    case Rounding::nearest_away:
      return tie ? (s > 0 ? up : low) : nearest;
    case Rounding::nearest_toward_zero:
      return tie ? (s > 0 ? low : up) : nearest;
    case Rounding::stochastic:
      return uniform < s - low ? up : low;
    case Rounding::nearest_even:
      break;
  }
  return tie ? (std::fmod(low, T(2)) == 0 ? low : up) : nearest;
}

// The integer `n` modulo 2^width as a code; infinity has none and becomes 0. A code with more bits than T is
// cut.
template <class T>
T wrap(T n, int width, bool is_signed) {
  if (!std::isfinite(n)) return std::isnan(n) ? n : T(0);
  const __int128 span = static_cast<__int128>(1) << width;
  __int128 code = static_cast<__int128>(std::fmod(n, std::ldexp(T(1), width)));
  const __int128 high = (is_signed ? span / 2 : span) - 1, low = is_signed ? -span / 2 : 0;
  if (code > high) code -= span;
  if (code < low) code += span;
  const uint64_t magnitude = static_cast<uint64_t>(code < 0 ? -code : code);
  return code < 0 ? -not_above<T>(magnitude) : not_above<T>(magnitude);
}

}  // namespace mase::quant
