// The kernels of floating-point numbers in units of two scales, compiled once for all formats.
#include <ATen/Parallel.h>

#include "block_elements.h"

namespace mase::quant {
namespace {

template <class T>
T greatest(const T* x, int64_t count) {
  constexpr int64_t kThreadAbove = 65536, kGrain = 32768;
  const Isa isa = best_isa();
  const auto part = [&](int64_t first, int64_t end, BitsOf<T> most) {
    return std::max(
        most, run_on(isa, [=]() MASE_FORCE_INLINE { return detail::magnitude_bits<T, 0>(x + first, end - first); }));
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
