// nn.avg_pool2d against windows written out in window.h.
#include "window.h"

using namespace test;

TEST_CASE("nn.avg_pool2d takes the mean, with or without the padding") {
  const at::Tensor x = values({2, 2, 6, 6});
  for (const bool with_padding : {true, false}) {
    const at::Tensor y =
        OneOp("nn.avg_pool2d", {{"kernel_size", 3}, {"stride", 2}, {"padding", 1}, {"count_include_pad", with_padding}},
              {{1, 2, 6, 6}})(x);
    CHECK(worst(y, [&](int64_t n, int64_t c, int64_t r, int64_t s) {
            const Window w = window(x, n, c, 2 * r - 1, 2 * r + 2, 2 * s - 1, 2 * s + 2);
            return w.sum / (with_padding ? 9 : w.count);
          }) < 1e-6);
  }
  const at::Tensor y = OneOp("nn.avg_pool2d", {{"kernel_size", 2}, {"divisor_override", 3}}, {{1, 2, 6, 6}})(x);
  CHECK(worst(y, [&](int64_t n, int64_t c, int64_t r, int64_t s) {
          return window(x, n, c, 2 * r, 2 * r + 2, 2 * s, 2 * s + 2).sum / 3;
        }) < 1e-6);
}

TEST_CASE("nn.avg_pool2d is exact on a grid when every window is the same power of two") {
  const FixedPoint in{8, 4, true};
  const auto grid = [&](Map with) { return grid_of("nn.avg_pool2d", std::move(with), in, {1, 1, 8, 8}); };
  CHECK(grid({{"kernel_size", 2}}) == FixedPoint{10, 6, true});
  CHECK_FALSE(grid({{"kernel_size", 3}}));
  CHECK_FALSE(grid({{"kernel_size", 2}, {"ceil_mode", true}}));
  CHECK_FALSE(grid({{"kernel_size", 2}, {"divisor_override", 4}}));
  CHECK_FALSE(grid({{"kernel_size", 2}, {"padding", 1}, {"count_include_pad", false}}));
}
