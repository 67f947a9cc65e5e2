// nn.adaptive_avg_pool3d against windows written out in volume.h.
#include "volume.h"
#include "window.h"

using namespace test;

TEST_CASE("nn.adaptive_avg_pool3d divides the volume as PyTorch does, and keeps a size that is null") {
  const at::Tensor x = values({2, 2, 5, 4, 7});
  const Map with{{"output_size", List{2, nullptr, 3}}};
  CHECK(worst_place(OneOp("nn.adaptive_avg_pool3d", with, {{1, 2, 5, 4, 7}})(x), {2, 2, 2, 4, 3}, [&](const Shape& p) {
          const auto d = part(p[2], 5, 2), s = part(p[4], 7, 3);
          const auto w = volume_window(x, p[0], p[1], {d.first, p[3], s.first}, {d.second, p[3] + 1, s.second});
          return w.sum / w.count;
        }) < 1e-6);
  CHECK(shape_of(OneOp("nn.adaptive_avg_pool3d", {{"output_size", 1}}, {})(x)) == Shape{2, 2, 1, 1, 1});
}

TEST_CASE("nn.adaptive_avg_pool3d refuses sizes that are none") {
  for (const Value& size : {Value(List{1, 2}), Value("1"), Value(List{1, 2, 0.5}), Value(), Value(List{1, 0, 2})})
    CHECK_FALSE(refusal("nn.adaptive_avg_pool3d", {{"output_size", size}}, {values({1, 1, 2, 2, 2})}).empty());
  CHECK_THAT(refusal("nn.adaptive_avg_pool3d", {{"output_size", List{1, 2}}}, {values({1, 1, 2, 2, 2})}),
             Catch::Contains("expected an integer or [depth, height, width], null for a size that stays"));
}

TEST_CASE("nn.adaptive_avg_pool3d is exact on a grid when all windows are the same power of two") {
  const auto grid = [](Value size, const Shape& shape) {
    return OneOp("nn.adaptive_avg_pool3d", {{"output_size", std::move(size)}}, {})
        .grid({FixedPoint{8, 4, true}}, {}, {shape});
  };
  CHECK(grid(2, {1, 1, 4, 4, 4}) == FixedPoint{11, 7, true});
  CHECK(grid(List{1, nullptr, nullptr}, {1, 1, 2, 5, 3}) == FixedPoint{9, 5, true});
  CHECK_FALSE(grid(2, {1, 1, 4, 5, 4}));
}
