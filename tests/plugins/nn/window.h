// Windows of an image written out, for the tests of pooling.
#pragma once
#include "one_op.h"

namespace test {

struct Window {
  double sum = 0, greatest = -1e30;
  int count = 0;
};

// What lies in rows [r0, r1) and columns [s0, s1), steps apart, inside the image.
inline Window window(const at::Tensor& x, int64_t n, int64_t c, int64_t r0, int64_t r1, int64_t s0, int64_t s1,
                     int64_t row_step = 1, int64_t column_step = 1) {
  Window w;
  for (int64_t r = r0; r < r1; r += row_step)
    for (int64_t s = s0; s < s1; s += column_step) {
      if (r < 0 || r >= x.size(2) || s < 0 || s >= x.size(3)) continue;
      const double v = element(x, {n, c, r, s});
      w.sum += v, w.greatest = std::max(w.greatest, v), ++w.count;
    }
  return w;
}

template <class Expected>
double worst(const at::Tensor& y, const Expected& expected) {
  double difference = 0;
  for (int64_t n = 0; n < y.size(0); ++n)
    for (int64_t c = 0; c < y.size(1); ++c)
      for (int64_t r = 0; r < y.size(2); ++r)
        for (int64_t s = 0; s < y.size(3); ++s)
          difference = std::max(difference, std::abs(element(y, {n, c, r, s}) - expected(n, c, r, s)));
  return difference;
}

// Where part `i` of `parts` begins and ends, as PyTorch divides an axis.
inline std::pair<int64_t, int64_t> part(int64_t i, int64_t size, int64_t parts) {
  return {i * size / parts, ((i + 1) * size + parts - 1) / parts};
}

inline std::optional<FixedPoint> grid_of(const char* name, Map with, const FixedPoint& point, const Shape& shape) {
  return OneOp(name, std::move(with), {shape}).grid({point}, {}, {shape});
}

}  // namespace test
