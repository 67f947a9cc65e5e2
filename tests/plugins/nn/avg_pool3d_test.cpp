// nn.avg_pool3d against windows written out in volume.h.
#include "volume.h"

using namespace test;

TEST_CASE("nn.avg_pool3d is the mean of each window, with and without the padding") {
  const at::Tensor x = values({2, 2, 5, 6, 7});
  for (const bool counts : {false, true}) {
    const Map with{{"kernel_size", List{2, 3, 2}},
                   {"stride", List{1, 2, 3}},
                   {"padding", List{1, 1, 0}},
                   {"count_include_pad", counts}};
    CHECK(worst_place(OneOp("nn.avg_pool3d", with, {{1, 2, 5, 6, 7}})(x), {2, 2, 6, 3, 2}, [&](const Shape& p) {
            const Shape first{p[2] - 1, 2 * p[3] - 1, 3 * p[4]};
            const auto w = volume_window(x, p[0], p[1], first, {first[0] + 2, first[1] + 3, first[2] + 2});
            return w.sum / (counts ? 12 : w.count);
          }) < 1e-6);
  }
  const Map own{{"kernel_size", 2}, {"divisor_override", 3}};
  CHECK(worst_place(OneOp("nn.avg_pool3d", own, {{1, 2, 5, 6, 7}})(x), {2, 2, 2, 3, 3}, [&](const Shape& p) {
          const Shape first{2 * p[2], 2 * p[3], 2 * p[4]};
          return volume_window(x, p[0], p[1], first, {first[0] + 2, first[1] + 2, first[2] + 2}).sum / 3;
        }) < 1e-6);
}

TEST_CASE("nn.avg_pool3d is exact on a grid where it divides by a power of two") {
  const auto grid = [](Map with) { return OneOp("nn.avg_pool3d", std::move(with), {}).grid({FixedPoint{8, 4, true}}); };
  CHECK(grid({{"kernel_size", 2}}) == FixedPoint{11, 7, true});
  CHECK_FALSE(grid({{"kernel_size", 3}}));
  CHECK_FALSE(grid({{"kernel_size", 2}, {"ceil_mode", true}}));
  CHECK_FALSE(grid({{"kernel_size", 2}, {"padding", List{1, 0, 0}}, {"count_include_pad", false}}));
}

TEST_CASE("gradients of nn.avg_pool3d are its divisions") {
  OneOp op("nn.avg_pool3d", {{"kernel_size", 2}}, {{1, 1, 2, 4, 2}});
  CHECK(gradient_error([&](const at::Tensor& x) { return op(x); }, values({1, 1, 2, 4, 2}, 5, at::kDouble)) < 1e-7);
}
