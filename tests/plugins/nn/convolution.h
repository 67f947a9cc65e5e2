// A convolution written out as sums, for the tests of nn.conv1d and nn.conv2d.
#pragma once
#include "one_op.h"

namespace test {

struct Layout {
  int64_t groups, kernel[2], stride[2], padding[2], dilation[2];
};

inline double convolved(const at::Tensor& x, const at::Tensor& w, const Layout& l, int64_t n, int64_t o, int64_t row,
                        int64_t column) {
  const int64_t per_group = w.size(1), group = o / (w.size(0) / l.groups);
  double sum = 0;
  for (int64_t c = 0; c < per_group; ++c)
    for (int64_t i = 0; i < l.kernel[0]; ++i)
      for (int64_t j = 0; j < l.kernel[1]; ++j) {
        const int64_t r = row * l.stride[0] - l.padding[0] + i * l.dilation[0];
        const int64_t s = column * l.stride[1] - l.padding[1] + j * l.dilation[1];
        if (r < 0 || r >= x.size(2) || s < 0 || s >= x.size(3)) continue;
        sum += element(x, {n, group * per_group + c, r, s}) * element(w, {o, c, i, j});
      }
  return sum;
}

inline void check_result(const at::Tensor& x, const at::Tensor& w, const at::Tensor& b, const at::Tensor& y,
                         const Layout& l) {
  for (int axis = 0; axis < 2; ++axis)
    CHECK(y.size(2 + axis) ==
          (x.size(2 + axis) + 2 * l.padding[axis] - l.dilation[axis] * (l.kernel[axis] - 1) - 1) / l.stride[axis] + 1);
  double worst = 0;
  for (int64_t n = 0; n < y.size(0); ++n)
    for (int64_t o = 0; o < y.size(1); ++o)
      for (int64_t r = 0; r < y.size(2); ++r)
        for (int64_t s = 0; s < y.size(3); ++s)
          worst =
              std::max(worst, std::abs(element(y, {n, o, r, s}) - element(b, {o}) - convolved(x, w, l, n, o, r, s)));
  CHECK(worst < 1e-6);
}

}  // namespace test
