// The frame of every fused kernel: a branch-free function of one number, run over contiguous memory in vector
// registers chosen at run time.
//
// A functor F has `T operator()(T x) const`, declared MASE_INLINE, without branches or calls: GCC turns loops of
// constant length over it into SSE2, AVX2 and AVX-512. No operation may stand under a condition that could trap
// (plugin.cmake says that none does); write select(condition, yes, no) with both sides computed.
#pragma once
#include <cstdint>
#include <cstring>
#include <type_traits>

#define MASE_FORCE_INLINE __attribute__((always_inline))
#define MASE_INLINE inline MASE_FORCE_INLINE

namespace mase::quant {

// Which instructions a path may use. Every path computes the same bits.
enum class Isa { baseline, avx2, avx512 };
bool supported(Isa isa);
Isa best_isa();  // of this machine, or what ForceIsa or, for the whole process, MASE_ISA=sse2|avx2|avx512 says

// For tests and benchmarks: formats called by this thread take the path named, while the object lives.
class ForceIsa {
 public:
  explicit ForceIsa(Isa isa);  // Error where the machine lacks it
  ~ForceIsa();
  ForceIsa(const ForceIsa&) = delete;
  ForceIsa& operator=(const ForceIsa&) = delete;

 private:
  int before_;
};

namespace detail {

template <class Work>
auto on_baseline(const Work& work) {
  return work();
}
#ifdef __x86_64__
template <class Work>
__attribute__((target("avx2"))) auto on_avx2(const Work& work) {
  return work();
}
template <class Work>
__attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,prefer-vector-width=512"))) auto on_avx512(const Work& work) {
  return work();
}
#endif

}  // namespace detail

// work(), compiled for each set of instructions. Its call operator, and all that is to profit, is always_inline:
//   run_on(isa, [=]() MASE_FORCE_INLINE { ... })
template <class Work>
auto run_on(Isa isa, const Work& work) {
#ifdef __x86_64__
  if (isa == Isa::avx512) return detail::on_avx512(work);
  if (isa == Isa::avx2) return detail::on_avx2(work);
#endif
  return detail::on_baseline(work);
}

// The integer type with the bits of T.
template <class T>
using BitsOf = std::conditional_t<sizeof(T) == 4, int32_t, int64_t>;
template <class T>
MASE_INLINE BitsOf<T> bits_of(T x) {
  return __builtin_bit_cast(BitsOf<T>, x);
}
template <class T>
MASE_INLINE T from_bits(BitsOf<T> bits) {
  return __builtin_bit_cast(T, bits);
}
template <class T>
constexpr int kFraction = sizeof(T) == 4 ? 23 : 52;  // bits of the fraction
template <class T>
constexpr int kBias = sizeof(T) == 4 ? 127 : 1023;
template <class T>
constexpr BitsOf<T> kExponentMask = sizeof(T) == 4 ? BitsOf<T>(0x7f800000) : BitsOf<T>(0x7ff0000000000000);
template <class T>
constexpr BitsOf<T> kMagnitudeMask = sizeof(T) == 4 ? BitsOf<T>(0x7fffffff) : BitsOf<T>(0x7fffffffffffffff);

// A sum of bits that may run over: a NaN's do, and what comes of them is thrown away.
template <class I>
MASE_INLINE I wrapped_sum(I a, I b) {
  return static_cast<I>(static_cast<std::make_unsigned_t<I>>(a) + static_cast<std::make_unsigned_t<I>>(b));
}

template <class T>
MASE_INLINE T select(bool condition, T yes, T no) {
  return condition ? yes : no;
}
template <class T>
MASE_INLINE T magnitude_of(T x) {
  return from_bits<T>(bits_of(x) & kMagnitudeMask<T>);
}
template <class T>
MASE_INLINE T with_sign(T magnitude, T sign) {
  return from_bits<T>(bits_of(magnitude) | (bits_of(sign) & ~kMagnitudeMask<T>));
}

// The largest |c| of which nearest_even<T, true> knows the nearest integer.
template <class T>
constexpr T kShortLimit = sizeof(T) == 4 ? T(1 << 22) : T(int64_t{1} << 51);

// Nearest integer, ties to even: the addition of a number so large that its last bit counts one.
// Short: |c| <= kShortLimit, zeros come out positive. Otherwise any c, sign kept.
template <class T, bool kShort>
MASE_INLINE T nearest_even(T c) {
  constexpr T kOnes = 2 * kShortLimit<T>;  // from here on every number of type T is an integer
  if constexpr (kShort) {
    constexpr T kMagic = 3 * kShortLimit<T>;
    return (c + kMagic) - kMagic;
  } else {
    const T magnitude = magnitude_of(c);
    return select(magnitude < kOnes, with_sign((magnitude + kOnes) - kOnes, c), c);
  }
}

// A uniform draw in [0, 1) for element `index` of the stream `key`, whatever thread asks for it (SplitMix64).
inline double draw(uint64_t key, int64_t index) {
  uint64_t z = key + (static_cast<uint64_t>(index) + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

namespace detail {

constexpr int kBlock = 64;  // elements per constant-length loop

template <class T, class F>
MASE_INLINE bool run_all(const F& functor, const T* __restrict x, T* __restrict y, int64_t count) {
  const F f = functor;
  BitsOf<T> nan = 0;
  int64_t i = 0;
  for (; i + kBlock <= count; i += kBlock) {
    for (int j = 0; j < kBlock; ++j) {
      const T v = x[i + j];
      nan |= BitsOf<T>(v != v);
      y[i + j] = f(v);
    }
  }
  if (i < count) {  // the rest in a padded block, so that it takes the same instructions
    T in[kBlock] = {}, out[kBlock];
    std::memcpy(in, x + i, static_cast<size_t>(count - i) * sizeof(T));
    for (int j = 0; j < kBlock; ++j) {
      nan |= BitsOf<T>(in[j] != in[j]);
      out[j] = f(in[j]);
    }
    std::memcpy(y + i, out, static_cast<size_t>(count - i) * sizeof(T));
  }
  return nan != 0;
}

}  // namespace detail

// y[i] = f(x[i]). Returns whether there was a NaN in x. x and y may not overlap.
template <class T, class F>
bool run(const F& f, const T* x, T* y, int64_t count, Isa isa = best_isa()) {
  return run_on(isa, [&f, x, y, count]() MASE_FORCE_INLINE { return detail::run_all(f, x, y, count); });
}

// The same for `T operator()(T x, double uniform) const`: element i draws for the place first + i.
template <class T, class F>
bool run_drawing(const F& f, const T* x, T* y, int64_t count, int64_t first, uint64_t key) {
  bool nan = false;
  for (int64_t i = 0; i < count; ++i) {
    nan |= x[i] != x[i];
    y[i] = f(x[i], draw(key, first + i));
  }
  return nan;
}

// A float tensor through a functor for double, where the numbers do not fit into float's range.
template <class F>
struct Widened {
  F f;
  MASE_INLINE float operator()(float x) const { return static_cast<float>(f(static_cast<double>(x))); }
  MASE_INLINE float operator()(float x, double uniform) const {
    return static_cast<float>(f(static_cast<double>(x), uniform));
  }
};

}  // namespace mase::quant
