// nn.adaptive_avg_pool1d against windows written out in window.h.
#include "window.h"

using namespace test;

TEST_CASE("nn.adaptive_avg_pool1d divides the row as PyTorch does") {
  const at::Tensor x = values({2, 2, 7});
  const at::Tensor y = OneOp("nn.adaptive_avg_pool1d", {{"output_size", 3}}, {{1, 2, 7}})(x).unsqueeze(2);
  CHECK(y.sizes() == at::IntArrayRef{2, 2, 1, 3});
  CHECK(worst(y, [&](int64_t n, int64_t c, int64_t, int64_t s) {
          const Window w = window(x.unsqueeze(2), n, c, 0, 1, part(s, 7, 3).first, part(s, 7, 3).second);
          return w.sum / w.count;
        }) < 1e-6);
}

TEST_CASE("nn.adaptive_avg_pool1d is exact on a grid when all windows are the same power of two") {
  CHECK(grid_of("nn.adaptive_avg_pool1d", {{"output_size", 2}}, {8, 4, true}, {1, 1, 8}) == FixedPoint{10, 6, true});
  CHECK_FALSE(grid_of("nn.adaptive_avg_pool1d", {{"output_size", 2}}, {8, 4, true}, {1, 1, 6}));
  CHECK_FALSE(grid_of("nn.adaptive_avg_pool1d", {{"output_size", 3}}, {8, 4, true}, {1, 1, 8}));
}
