// What the codes of fixed-point formats mean, for the integer models.
#pragma once

#include <algorithm>
#include <cstdint>

namespace bench {

using Code = std::uint64_t;  // the bits of one value, not sign-extended
using Wide = __int128;

inline Wide value_of(Code code, int width, bool is_signed) {
  Wide value = static_cast<Wide>(code);
  if (is_signed && (code >> (width - 1)) & 1) value -= Wide{1} << width;
  return value;
}

inline Code code_of(Wide value, int width) {
  const auto mask = (static_cast<unsigned __int128>(1) << width) - 1;
  return static_cast<Code>(static_cast<unsigned __int128>(value) & mask);
}

// The definition of a cast by exact division, written without looking at bits: value * 2^-frac on the grid
// 2^-out_frac. rounding: 0 nearest_even, 1 floor, 2 toward_zero. overflow: 0 saturate, 1 saturate_symmetric, 2 wrap.
inline Code cast(Wide value, int frac, int out_width, int out_frac, bool out_signed, int rounding, int overflow) {
  Wide quotient = value;
  if (out_frac >= frac) {
    for (int i = frac; i < out_frac; ++i) quotient *= 2;
  } else {
    // Beyond this many places every value is less than half a step.
    const int places = std::min(frac - out_frac, 120);
    const Wide divisor = Wide{1} << places;
    quotient = value / divisor;
    Wide rest = value % divisor;
    if (rest < 0) {
      rest += divisor;
      --quotient;
    }
    const bool odd = quotient % 2 != 0;
    if (rounding == 0 && (rest > divisor - rest || (rest == divisor - rest && odd))) ++quotient;
    if (rounding == 2 && value < 0 && rest != 0) ++quotient;
  }
  const Wide steps = Wide{1} << out_width;
  if (overflow != 2) {
    const Wide highest = (out_signed ? steps / 2 : steps) - 1;
    const Wide lowest = !out_signed ? 0 : overflow == 1 ? -highest : -highest - 1;
    if (quotient > highest) quotient = highest;
    if (quotient < lowest) quotient = lowest;
  }
  Wide code = quotient % steps;
  if (code < 0) code += steps;
  return static_cast<Code>(code);
}

}  // namespace bench
