// nn.max_pool1d against windows written out in window.h.
#include "window.h"

using namespace test;

TEST_CASE("nn.max_pool1d takes the greatest value of each window") {
  const at::Tensor x = values({2, 3, 9}) - 2;  // all negative: padding must not win
  const at::Tensor y =
      OneOp("nn.max_pool1d", {{"kernel_size", 3}, {"stride", 2}, {"padding", 1}}, {{1, 3, 9}})(x).unsqueeze(2);
  CHECK(y.sizes() == at::IntArrayRef{2, 3, 1, 5});
  CHECK(worst(y, [&](int64_t n, int64_t c, int64_t, int64_t s) {
          return window(x.unsqueeze(2), n, c, 0, 1, 2 * s - 1, 2 * s + 2).greatest;
        }) == 0);
}

TEST_CASE("nn.max_pool1d steps by its window, keeps the grid and wants three axes") {
  CHECK(OneOp("nn.max_pool1d", {{"kernel_size", 3}}, {{1, 3, 9}})(values({1, 3, 9})).size(2) == 3);
  CHECK(grid_of("nn.max_pool1d", {{"kernel_size", 3}}, {8, 4, true}, {1, 1, 9}) == FixedPoint{8, 4, true});
  CHECK_THAT(error_of([] {
               OneOp("nn.max_pool1d", {{"kernel_size", 3}}, {{1, 9}})(values({1, 9}));
             }),
             Catch::Contains("expected [batch, channels, length]"));
}
