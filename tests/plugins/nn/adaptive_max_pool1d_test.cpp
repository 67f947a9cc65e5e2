// nn.adaptive_max_pool1d against windows written out in window.h.
#include "window.h"

using namespace test;

TEST_CASE("nn.adaptive_max_pool1d divides the row as PyTorch does") {
  const at::Tensor x = values({2, 2, 7});
  const at::Tensor y = OneOp("nn.adaptive_max_pool1d", {{"output_size", 3}}, {{1, 2, 7}})(x).unsqueeze(2);
  CHECK(y.sizes() == at::IntArrayRef{2, 2, 1, 3});
  CHECK(worst(y, [&](int64_t n, int64_t c, int64_t, int64_t s) {
          const Window w = window(x.unsqueeze(2), n, c, 0, 1, part(s, 7, 3).first, part(s, 7, 3).second);
          return w.greatest;
        }) < 1e-6);
}

TEST_CASE("nn.adaptive_max_pool1d keeps the grid") {
  CHECK(grid_of("nn.adaptive_max_pool1d", {{"output_size", 2}}, {8, 4, true}, {1, 1, 9}) == FixedPoint{8, 4, true});
}
