// nn.index_select: the index's shape replaces the axis.
#include "places.h"

using namespace test;

TEST_CASE("nn.index_select puts the index's shape in place of the axis") {
  const at::Tensor x = numbered({2, 4, 3});
  const auto run = [&](int64_t dim, const at::Tensor& index) {
    return OneOp("nn.index_select", {{"dim", dim}}, {{1, 4, 3}, shape_of(index)}).run({x, index})[0];
  };
  const at::Tensor two = at::tensor({0, -1, 2, 2, 1, 0}, at::kLong).view({3, 2});
  CHECK(worst_place(run(1, two), {2, 3, 2, 3}, [&](const Shape& p) {
          const auto i = static_cast<int64_t>(value_at(two, {p[1], p[2]}));
          return value_at(x, {p[0], i < 0 ? i + 4 : i, p[3]});
        }) == 0);
  const at::Tensor scalar = at::tensor({2.0f}).view(Shape{});
  CHECK(worst_place(run(-1, scalar), {2, 4}, [&](const Shape& p) { return value_at(x, {p[0], p[1], 2}); }) == 0);
  CHECK(shape_of(run(0, at::zeros({0}, at::kLong))) == Shape{0, 4, 3});
}

TEST_CASE("nn.index_select refuses places that are not there") {
  const auto with = [](int64_t dim, int64_t index) {
    return refusal("nn.index_select", {{"dim", dim}}, {numbered({1, 4}), at::tensor({index}, at::kLong)});
  };
  CHECK_THAT(with(1, 4), Catch::Contains("found the index 4, expected an integer in [-4, 3]"));
  CHECK_THAT(with(1, -5), Catch::Contains("found the index -5"));
  CHECK_THAT(with(2, 0), Catch::Contains("dim names the axis 2"));
}
