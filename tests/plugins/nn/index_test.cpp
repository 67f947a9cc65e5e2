// nn.index is PyTorch's x[..., i, ..., j].
#include "places.h"

using namespace test;

namespace {

at::Tensor indexed(const at::Tensor& x, List axes, Tensors places) {
  std::vector<Shape> shapes{shape_of(x)};
  for (const at::Tensor& p : places) shapes.push_back(shape_of(p));
  places.insert(places.begin(), x);
  return OneOp("nn.index", {{"axes", std::move(axes)}}, shapes).run(places)[0];
}

}  // namespace

TEST_CASE("nn.index puts the result where PyTorch puts it") {
  const at::Tensor x = numbered({2, 3, 4, 5});
  const at::Tensor i = at::tensor({0, 2, -1}, at::kLong), j = at::tensor({1, 0, 3}, at::kLong);
  const auto place = [](const at::Tensor& t, int64_t k, int64_t size) {
    const auto v = static_cast<int64_t>(element(t, {k}));
    return v < 0 ? v + size : v;
  };
  // Neighbouring axes: in their place.
  CHECK(worst_place(indexed(x, {1, 2}, {i, j}), {2, 3, 5}, [&](const Shape& p) {
          return value_at(x, {p[0], place(i, p[1], 3), place(j, p[1], 4), p[2]});
        }) == 0);
  // Axes with another one between them: in front.
  CHECK(worst_place(indexed(x, {1, -1}, {i, j}), {3, 2, 4}, [&](const Shape& p) {
          return value_at(x, {p[1], place(i, p[0], 3), p[2], place(j, p[0], 5)});
        }) == 0);
  // One axis, indices with a shape, and indices that broadcast with each other.
  CHECK(worst_place(indexed(x, {2}, {j.view({3, 1})}), {2, 3, 3, 1, 5}, [&](const Shape& p) {
          return value_at(x, {p[0], p[1], place(j, p[2], 4), p[4]});
        }) == 0);
  CHECK(worst_place(indexed(x, {2, 1}, {j.view({3, 1}), i}), {2, 3, 3, 5}, [&](const Shape& p) {
          return value_at(x, {p[0], place(i, p[2], 3), place(j, p[1], 4), p[3]});
        }) == 0);
}

TEST_CASE("nn.index refuses indices that do not fit") {
  const at::Tensor x = numbered({2, 3}), one = at::tensor({1, 1}, at::kLong);
  CHECK_THAT(refusal("nn.index", {{"axes", List{0, 1}}}, {x, one}),
             Catch::Contains("axes is [0,1], but 1 indices follow the input, expected one for each axis"));
  CHECK_THAT(refusal("nn.index", {{"axes", List{0, 1}}}, {x, one, at::tensor({0, 1, 2}, at::kLong)}),
             Catch::Contains("found an index of shape [3], which does not broadcast with [2]"));
  CHECK_THAT(refusal("nn.index", {{"axes", List{1}}}, {x, at::tensor({3}, at::kLong)}),
             Catch::Contains("found the index 3, expected an integer in [-3, 2]"));
  CHECK_THAT(refusal("nn.index", {{"axes", List{1, -1}}}, {x, one, one}), Catch::Contains("names the axis -1 twice"));
}
