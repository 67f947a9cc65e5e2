// The fused kernel of fixed-point quantization: one pass, no temporary, vectorised for the processor at hand.
#pragma once
#include "element_format.h"

namespace mase::quant {

// A fixed-point grid as the kernel wants it, in units of one step: all members are exact in T.
template <class T>
struct FixedGrid {
  T scale = 1, inverse = 1;  // 2^frac_width, 2^-frac_width
  T low = 0, high = 0;       // least and greatest code that T can hold
  T below = 0, above = 0;    // what stands for values beyond them
  T zero = 0;                // +0 makes every zero positive, -0 keeps its sign
  bool clamp_first = false;  // clamping may come before rounding, and codes are small enough for the short sequence
  Rounding rounding = Rounding::nearest_even;
};

// y[i] = round(x[i] * scale) limited, * inverse. Returns whether there was a NaN (which stays one).
// Any rounding but stochastic. x and y may not overlap.
template <class T>
bool quantize_fixed(const FixedGrid<T>& grid, const T* x, T* y, int64_t count, Isa isa = best_isa());

}  // namespace mase::quant
