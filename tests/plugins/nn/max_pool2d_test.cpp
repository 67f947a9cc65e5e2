// nn.max_pool2d against windows written out in window.h.
#include "window.h"

using namespace test;

TEST_CASE("nn.max_pool2d takes the greatest value of each window") {
  const at::Tensor x = values({2, 3, 7, 8}) - 2;  // all negative: padding must not win
  OneOp pool("nn.max_pool2d",
             {{"kernel_size", List{3, 2}}, {"stride", List{2, 1}}, {"padding", 1}, {"dilation", List{1, 2}}},
             {{1, 3, 7, 8}});
  const at::Tensor y = pool(x);
  CHECK(y.sizes() == at::IntArrayRef{2, 3, 4, 8});
  CHECK(worst(y, [&](int64_t n, int64_t c, int64_t r, int64_t s) {
          return window(x, n, c, 2 * r - 1, 2 * r + 2, s - 1, s + 2, 1, 2).greatest;
        }) == 0);
}

TEST_CASE("a pool without a stride steps by its window, and may reach beyond the end") {
  const at::Tensor x = values({1, 1, 5, 5});
  CHECK(OneOp("nn.max_pool2d", {{"kernel_size", 2}}, {{1, 1, 5, 5}})(x).sizes() == at::IntArrayRef{1, 1, 2, 2});
  const at::Tensor y = OneOp("nn.max_pool2d", {{"kernel_size", 2}, {"ceil_mode", true}}, {{1, 1, 5, 5}})(x);
  CHECK(y.sizes() == at::IntArrayRef{1, 1, 3, 3});
  CHECK(worst(y, [&](int64_t n, int64_t c, int64_t r, int64_t s) {
          return window(x, n, c, 2 * r, 2 * r + 2, 2 * s, 2 * s + 2).greatest;
        }) == 0);
}

TEST_CASE("nn.max_pool2d keeps the grid") {
  CHECK(grid_of("nn.max_pool2d", {{"kernel_size", 3}}, {8, 4, true}, {1, 1, 9, 9}) == FixedPoint{8, 4, true});
}
