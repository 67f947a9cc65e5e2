// nn.adaptive_max_pool3d against windows written out in volume.h.
#include "volume.h"
#include "window.h"

using namespace test;

TEST_CASE("nn.adaptive_max_pool3d divides the volume as PyTorch does, and keeps a size that is null") {
  const at::Tensor x = values({2, 2, 5, 4, 7});
  const Map with{{"output_size", List{2, nullptr, 3}}};
  CHECK(worst_place(OneOp("nn.adaptive_max_pool3d", with, {{1, 2, 5, 4, 7}})(x), {2, 2, 2, 4, 3}, [&](const Shape& p) {
          const auto d = part(p[2], 5, 2), s = part(p[4], 7, 3);
          const auto w = volume_window(x, p[0], p[1], {d.first, p[3], s.first}, {d.second, p[3] + 1, s.second});
          return w.greatest;
        }) < 1e-6);
  CHECK(shape_of(OneOp("nn.adaptive_max_pool3d", {{"output_size", 1}}, {})(x)) == Shape{2, 2, 1, 1, 1});
}

TEST_CASE("nn.adaptive_max_pool3d refuses sizes that are none") {
  for (const Value& size : {Value(List{1, 2}), Value("1"), Value(List{1, 2, 0.5}), Value(), Value(List{1, 0, 2})})
    CHECK_FALSE(refusal("nn.adaptive_max_pool3d", {{"output_size", size}}, {values({1, 1, 2, 2, 2})}).empty());
  CHECK_THAT(refusal("nn.adaptive_max_pool3d", {{"output_size", List{1, 2}}}, {values({1, 1, 2, 2, 2})}),
             Catch::Contains("expected an integer or [depth, height, width], null for a size that stays"));
}

TEST_CASE("nn.adaptive_max_pool3d keeps the grid") {
  check_pass_through("nn.adaptive_max_pool3d", {{"output_size", 1}});
}
