// nn.max_pool3d against windows written out in volume.h.
#include "volume.h"

using namespace test;

TEST_CASE("nn.max_pool3d takes the greatest value of each window") {
  const at::Tensor x = values({2, 2, 5, 6, 7}) - 2;  // all negative: padding must not win
  const Map with{{"kernel_size", List{2, 3, 2}},
                 {"stride", List{1, 2, 3}},
                 {"padding", List{1, 1, 0}},
                 {"dilation", List{2, 1, 2}}};
  CHECK(worst_place(OneOp("nn.max_pool3d", with, {{1, 2, 5, 6, 7}})(x), {2, 2, 5, 3, 2}, [&](const Shape& p) {
          const Shape first{p[2] - 1, 2 * p[3] - 1, 3 * p[4]};
          return volume_window(x, p[0], p[1], first, {first[0] + 3, first[1] + 3, first[2] + 3}, {2, 1, 2}).greatest;
        }) == 0);
  const Map beyond{{"kernel_size", 2}, {"ceil_mode", true}};
  CHECK(worst_place(OneOp("nn.max_pool3d", beyond, {{1, 2, 5, 6, 7}})(x), {2, 2, 3, 3, 4}, [&](const Shape& p) {
          const Shape first{2 * p[2], 2 * p[3], 2 * p[4]};
          return volume_window(x, p[0], p[1], first, {first[0] + 2, first[1] + 2, first[2] + 2}).greatest;
        }) == 0);
  check_pass_through("nn.max_pool3d", {{"kernel_size", 2}});
  CHECK(OneOp("nn.max_pool3d", {{"kernel_size", 2}}, {}).op->cost({{1, 1, 4, 4, 4}}, {{1, 1, 2, 2, 2}}).operations ==
        64);
  CHECK_THAT(refusal("nn.max_pool3d", {{"kernel_size", 2}}, {values({1, 2, 4, 4})}),
             Catch::Contains("expected [batch, channels, depth, height, width]"));
}
