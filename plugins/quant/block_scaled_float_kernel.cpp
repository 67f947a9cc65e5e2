// The kernels of floating-point numbers in units of two scales, compiled once for all formats.
#include <ATen/Parallel.h>

#include "block_elements.h"

namespace mase::quant {
namespace {

template <class T>
BitsOf<T> most_baseline(const T* x, int64_t count) {
  return detail::magnitude_bits<T, 0>(x, count);
}
#ifdef __x86_64__
template <class T>
__attribute__((target("avx2"))) BitsOf<T> most_avx2(const T* x, int64_t count) {
  return detail::magnitude_bits<T, 0>(x, count);
}
template <class T>
__attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,prefer-vector-width=512"))) BitsOf<T> most_avx512(
    const T* x, int64_t count) {
  return detail::magnitude_bits<T, 0>(x, count);
}
#endif

template <class T>
BitsOf<T> most_here(const T* x, int64_t count, Isa isa) {
#ifdef __x86_64__
  if (isa == Isa::avx512) return most_avx512(x, count);
  if (isa == Isa::avx2) return most_avx2(x, count);
#endif
  return most_baseline(x, count);
}

template <class T>
T greatest(const T* x, int64_t count) {
  constexpr int64_t kThreadAbove = 65536, kGrain = 32768;
  const Isa isa = best_isa();
  const auto part = [&](int64_t first, int64_t end, BitsOf<T> most) {
    return std::max(most, most_here(x + first, end - first, isa));
  };
  const BitsOf<T> most = count < kThreadAbove
                             ? part(0, count, 0)
                             : at::parallel_reduce(0, count, kGrain, BitsOf<T>(0), part,
                                                   [](BitsOf<T> a, BitsOf<T> b) { return std::max(a, b); });
  return from_bits<T>(std::min(most, kExponentMask<T>));
}

}  // namespace

float greatest_magnitude(const float* x, int64_t count) { return greatest(x, count); }
double greatest_magnitude(const double* x, int64_t count) { return greatest(x, count); }

MASE_BLOCK_KERNELS(DoublyScaledFloat)

}  // namespace mase::quant
