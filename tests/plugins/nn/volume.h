// Windows of a volume written out, for the tests of pooling over three axes.
#pragma once
#include "places.h"

namespace test {

struct VolumeWindow {
  double sum = 0, greatest = -1e30;
  int count = 0;
};

// What lies in [first, last) along each axis, steps apart, inside the volume.
inline VolumeWindow volume_window(const at::Tensor& x, int64_t n, int64_t c, const Shape& first, const Shape& last,
                                  const Shape& step = {1, 1, 1}) {
  VolumeWindow w;
  for (int64_t d = first[0]; d < last[0]; d += step[0])
    for (int64_t r = first[1]; r < last[1]; r += step[1])
      for (int64_t s = first[2]; s < last[2]; s += step[2]) {
        if (d < 0 || r < 0 || s < 0 || d >= x.size(2) || r >= x.size(3) || s >= x.size(4)) continue;
        const double v = value_at(x, {n, c, d, r, s});
        w.sum += v, w.greatest = std::max(w.greatest, v), ++w.count;
      }
  return w;
}

}  // namespace test
