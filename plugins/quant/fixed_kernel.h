// The fused kernel of fixed-point quantization: one pass, no temporary, vectorised for the processor at hand.
#pragma once
#include <cstdint>

namespace mase::quant {

enum class Rounding {
  nearest_even,
  floor,
  toward_zero,
  nearest_away,
  ceil,
  nearest_toward_zero,
  nearest_up,
  nearest_down,
  away_from_zero,
  stochastic
};
enum class Overflow { saturate, saturate_symmetric, saturate_to_zero, wrap };

// Which instructions a path may use. Every path computes the same bits.
enum class Isa { baseline, avx2, avx512 };
bool supported(Isa isa);
Isa best_isa();

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

// The widest code for which rounding is one addition and one subtraction.
template <class T>
constexpr T kShortLimit = sizeof(T) == 4 ? T(1 << 22) : T(int64_t{1} << 51);

// y[i] = round(x[i] * scale) limited, * inverse. Returns whether there was a NaN (which stays one).
// Any rounding but stochastic. x and y may not overlap.
template <class T>
bool quantize_fixed(const FixedGrid<T>& grid, const T* x, T* y, int64_t count, Isa isa = best_isa());

}  // namespace mase::quant
