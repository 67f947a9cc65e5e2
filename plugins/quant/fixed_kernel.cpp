// Fixed-point quantization in vector registers.
//
// Scaling by a power of two is exact. Rounding to nearest even is one addition and one subtraction (kernel.h); the
// directed and tie-breaking roundings correct that result by comparing it with the value.
#include "fixed_kernel.h"

#include <utility>

namespace mase::quant {
namespace {

// `c` rounded as R says, from `n`, its nearest even integer. c - n is exact.
template <class T, Rounding R>
MASE_INLINE T correct(T n, T c) {
  constexpr T one = 1, none = 0, half = T(0.5);
  const T up = select(n < c, one, none), down = select(n > c, one, none);
  const T tie_up = select(c - n == half, one, none), tie_down = select(n - c == half, one, none);
  const T positive = select(c > none, one, none), negative = one - positive;
  switch (R) {
    case Rounding::floor:
      return n - down;
    case Rounding::ceil:
      return n + up;
    case Rounding::toward_zero:
      return n - positive * down + negative * up;
    case Rounding::away_from_zero:
      return n + positive * up - negative * down;
    case Rounding::nearest_up:
      return n + tie_up;
    case Rounding::nearest_down:
      return n - tie_down;
    case Rounding::nearest_away:
      return n + positive * tie_up - negative * tie_down;
    case Rounding::nearest_toward_zero:
      return n - positive * tie_down + negative * tie_up;
    default:
      return n;
  }
}

template <class T, Rounding R, bool kShort>
struct FixedFunctor {
  FixedGrid<T> g;
  MASE_INLINE T operator()(T x) const {
    constexpr bool kDirected = R == Rounding::floor || R == Rounding::ceil || R == Rounding::away_from_zero;
    T s = x * g.scale;
    // A value so small that scaling makes it 0 still decides where a directed rounding goes.
    if constexpr (kDirected) s = select(s == T(0), x, s);
    if constexpr (kShort) {
      s = select(g.low > s, g.low, s);
      s = select(g.high < s, g.high, s);
      return correct<T, R>(nearest_even<T, true>(s), s) * g.inverse;
    } else {
      T n = nearest_even<T, false>(s);
      // The correction would turn -0 and infinity into +0 and NaN.
      if constexpr (R != Rounding::nearest_even) n = select(n == s, n, correct<T, R>(n, s));
      n = select(g.low > n, g.below, n);
      n = select(g.high < n, g.above, n);
      return (n + g.zero) * g.inverse;
    }
  }
};

template <class T, Rounding R, bool kShort>
bool run_fixed(const FixedGrid<T>& grid, const T* x, T* y, int64_t count, Isa isa) {
  return run(FixedFunctor<T, R, kShort>{grid}, x, y, count, isa);
}

template <class T>
using Kernel = bool (*)(const FixedGrid<T>&, const T*, T*, int64_t, Isa);
constexpr size_t kRoundings = static_cast<size_t>(Rounding::stochastic);

template <class T, size_t... r>
Kernel<T> kernel_of(bool short_form, Rounding rounding, std::index_sequence<r...>) {
  static constexpr Kernel<T> kernels[2][kRoundings] = {{run_fixed<T, static_cast<Rounding>(r), false>...},
                                                       {run_fixed<T, static_cast<Rounding>(r), true>...}};
  return kernels[short_form][static_cast<size_t>(rounding)];
}

}  // namespace

template <class T>
bool quantize_fixed(const FixedGrid<T>& grid, const T* x, T* y, int64_t count, Isa isa) {
  const auto kernel = kernel_of<T>(grid.clamp_first, grid.rounding, std::make_index_sequence<kRoundings>());
  return kernel(grid, x, y, count, isa);
}

template bool quantize_fixed<float>(const FixedGrid<float>&, const float*, float*, int64_t, Isa);
template bool quantize_fixed<double>(const FixedGrid<double>&, const double*, double*, int64_t, Isa);

}  // namespace mase::quant
