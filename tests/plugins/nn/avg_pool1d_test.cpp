// nn.avg_pool1d against windows written out in window.h.
#include "window.h"

using namespace test;

TEST_CASE("nn.avg_pool1d takes the mean of each window") {
  const at::Tensor x = values({2, 3, 9});
  for (const bool with_padding : {true, false}) {
    const at::Tensor y =
        OneOp("nn.avg_pool1d", {{"kernel_size", 3}, {"stride", 2}, {"padding", 1}, {"count_include_pad", with_padding}},
              {{1, 3, 9}})(x)
            .unsqueeze(2);
    CHECK(worst(y, [&](int64_t n, int64_t c, int64_t, int64_t s) {
            const Window w = window(x.unsqueeze(2), n, c, 0, 1, 2 * s - 1, 2 * s + 2);
            return w.sum / (with_padding ? 3 : w.count);
          }) < 1e-6);
  }
}

TEST_CASE("nn.avg_pool1d is exact on a grid when the window is a power of two") {
  CHECK(grid_of("nn.avg_pool1d", {{"kernel_size", 4}}, {6, 0, false}, {1, 1, 8}) == FixedPoint{8, 2, false});
  CHECK_FALSE(grid_of("nn.avg_pool1d", {{"kernel_size", 5}}, {6, 0, false}, {1, 1, 8}));
}
