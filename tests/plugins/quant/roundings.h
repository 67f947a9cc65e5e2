// Every way to round a number that draws nothing.
#pragma once
#include "plugins/quant/element_format.h"

namespace mase::quant {

inline constexpr Rounding kRoundings[] = {Rounding::nearest_even, Rounding::floor,        Rounding::toward_zero,
                                          Rounding::nearest_away, Rounding::ceil,         Rounding::nearest_toward_zero,
                                          Rounding::nearest_up,   Rounding::nearest_down, Rounding::away_from_zero};

}  // namespace mase::quant
