// Fixed-point quantization in vector registers: loops of constant length that GCC turns into SSE2, AVX2 and
// AVX-512.
//
// Scaling by a power of two is exact. Rounding to nearest even is the addition of a number so large that its
// last bit counts one; the directed and tie-breaking roundings correct that result by comparing it with the
// value. No operation stands under a condition, because the vectoriser refuses those that could trap (and
// plugin.cmake tells it that none does).
#include "fixed_kernel.h"

#include <cstring>
#include <type_traits>
#include <utility>

namespace mase::quant {
namespace {

constexpr int kBlock = 64;  // elements per constant-length loop
#define MASE_INLINE inline __attribute__((always_inline))

template <class T>
MASE_INLINE T select(bool condition, T yes, T no) {
  return condition ? yes : no;
}

// Nearest integer, ties to even. Short: |c| <= kShortLimit, zeros come out positive. Otherwise any c, sign
// kept.
template <class T, bool kShort>
MASE_INLINE T nearest_even(T c) {
  constexpr T kOnes = 2 * kShortLimit<T>;  // from here on every number of type T is an integer
  if constexpr (kShort) {
    constexpr T kMagic = 3 * kShortLimit<T>;
    return (c + kMagic) - kMagic;
  } else {
    const T magnitude = __builtin_fabs(c);
    const T rounded = sizeof(T) == 4 ? T(__builtin_copysignf((float(magnitude) + float(kOnes)) - float(kOnes), c))
                                     : T(__builtin_copysign((magnitude + kOnes) - kOnes, c));
    return select(magnitude < kOnes, rounded, c);
  }
}

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
MASE_INLINE T quantize_one(const FixedGrid<T>& g, T x) {
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

template <class T, Rounding R, bool kShort>
MASE_INLINE bool quantize_all(const FixedGrid<T>& grid, const T* __restrict x, T* __restrict y, int64_t count) {
  using Mask = std::conditional_t<sizeof(T) == 4, int32_t, int64_t>;
  const FixedGrid<T> g = grid;
  Mask nan = 0;
  int64_t i = 0;
  for (; i + kBlock <= count; i += kBlock) {
    for (int j = 0; j < kBlock; ++j) {
      const T v = x[i + j];
      nan |= Mask(v != v);
      y[i + j] = quantize_one<T, R, kShort>(g, v);
    }
  }
  if (i < count) {  // the rest in a padded block, so that it takes the same instructions
    T in[kBlock] = {}, out[kBlock];
    std::memcpy(in, x + i, static_cast<size_t>(count - i) * sizeof(T));
    for (int j = 0; j < kBlock; ++j) {
      nan |= Mask(in[j] != in[j]);
      out[j] = quantize_one<T, R, kShort>(g, in[j]);
    }
    std::memcpy(y + i, out, static_cast<size_t>(count - i) * sizeof(T));
  }
  return nan != 0;
}

template <class T>
using Kernel = bool (*)(const FixedGrid<T>&, const T*, T*, int64_t);
constexpr size_t kRoundings = static_cast<size_t>(Rounding::stochastic);

// One path: its kernels by rounding and form, all compiled for the instructions named.
#define MASE_PATH(name, ...)                                                                            \
  template <class T, Rounding R, bool kShort>                                                           \
  __VA_ARGS__ bool name(const FixedGrid<T>& grid, const T* x, T* y, int64_t count) {                    \
    return quantize_all<T, R, kShort>(grid, x, y, count);                                               \
  }                                                                                                     \
  template <class T, size_t... r>                                                                       \
  Kernel<T> name##_kernel(bool short_form, Rounding rounding, std::index_sequence<r...>) {              \
    static constexpr Kernel<T> kernels[2][kRoundings] = {{name<T, static_cast<Rounding>(r), false>...}, \
                                                         {name<T, static_cast<Rounding>(r), true>...}}; \
    return kernels[short_form][static_cast<size_t>(rounding)];                                          \
  }

MASE_PATH(baseline)
#ifdef __x86_64__
MASE_PATH(avx2, __attribute__((target("avx2"))))
MASE_PATH(avx512, __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,prefer-vector-width=512"))))
#endif

}  // namespace

bool supported(Isa isa) {
  if (isa == Isa::baseline) return true;
#ifdef __x86_64__
  if (isa == Isa::avx2) return __builtin_cpu_supports("avx2");
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
#else
  return false;
#endif
}

Isa best_isa() {
  static const Isa best = supported(Isa::avx512) ? Isa::avx512 : supported(Isa::avx2) ? Isa::avx2 : Isa::baseline;
  return best;
}

template <class T>
bool quantize_fixed(const FixedGrid<T>& grid, const T* x, T* y, int64_t count, Isa isa) {
  const auto roundings = std::make_index_sequence<kRoundings>();
  Kernel<T> kernel = baseline_kernel<T>(grid.clamp_first, grid.rounding, roundings);
#ifdef __x86_64__
  if (isa == Isa::avx2) kernel = avx2_kernel<T>(grid.clamp_first, grid.rounding, roundings);
  if (isa == Isa::avx512) kernel = avx512_kernel<T>(grid.clamp_first, grid.rounding, roundings);
#endif
  return kernel(grid, x, y, count);
}

template bool quantize_fixed<float>(const FixedGrid<float>&, const float*, float*, int64_t, Isa);
template bool quantize_fixed<double>(const FixedGrid<double>&, const double*, double*, int64_t, Isa);

}  // namespace mase::quant
