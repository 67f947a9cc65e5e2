// nn.adaptive_avg_pool2d against windows written out in window.h.
#include "window.h"

using namespace test;

TEST_CASE("nn.adaptive_avg_pool2d divides the image as PyTorch does") {
  const at::Tensor x = values({2, 2, 7, 5});
  const at::Tensor y = OneOp("nn.adaptive_avg_pool2d", {{"output_size", List{3, 2}}}, {{1, 2, 7, 5}})(x);
  CHECK(y.sizes() == at::IntArrayRef{2, 2, 3, 2});
  CHECK(worst(y, [&](int64_t n, int64_t c, int64_t r, int64_t s) {
          const auto rows = part(r, 7, 3), columns = part(s, 5, 2);
          const Window w = window(x, n, c, rows.first, rows.second, columns.first, columns.second);
          return w.sum / w.count;
        }) < 1e-6);
}

TEST_CASE("nn.adaptive_avg_pool2d is exact on a grid when all windows are the same power of two") {
  CHECK(grid_of("nn.adaptive_avg_pool2d", {{"output_size", 2}}, {8, 4, true}, {1, 1, 4, 8}) == FixedPoint{11, 7, true});
  CHECK_FALSE(grid_of("nn.adaptive_avg_pool2d", {{"output_size", 3}}, {8, 4, true}, {1, 1, 4, 8}));
}

TEST_CASE("nn.adaptive_avg_pool2d keeps a size that is null") {
  const at::Tensor x = values({2, 2, 7, 5});
  const at::Tensor y = OneOp("nn.adaptive_avg_pool2d", {{"output_size", List{nullptr, 2}}}, {{1, 2, 7, 5}})(x);
  CHECK(y.sizes() == at::IntArrayRef{2, 2, 7, 2});
  CHECK(worst(y, [&](int64_t n, int64_t c, int64_t r, int64_t s) {
          const auto columns = part(s, 5, 2);
          const Window w = window(x, n, c, r, r + 1, columns.first, columns.second);
          return w.sum / w.count;
        }) < 1e-6);
}
