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

TEST_CASE("nn.index picks in each sample by the sample's own indices") {
  const at::Tensor x = numbered({3, 4, 5});
  const auto own = [&](int64_t shared, List axes, Tensors places) {
    std::vector<Shape> shapes{shape_of(x)};
    for (const at::Tensor& p : places) shapes.push_back(shape_of(p));
    places.insert(places.begin(), x);
    return OneOp("nn.index", {{"axes", std::move(axes)}, {"batch_dims", shared}}, shapes).run(places)[0];
  };
  const at::Tensor i = at::tensor({3, -4, 2}, at::kLong), first = at::tensor({3, 0, 2}, at::kLong);
  CHECK(worst_place(own(1, {1}, {i}), {3, 5}, [&](const Shape& p) {
          return value_at(x, {p[0], static_cast<int64_t>(element(first, {p[0]})), p[1]});
        }) == 0);
  // Several places in each sample; and two shared axes.
  const at::Tensor pairs = at::tensor({0, 1, 2, 3, 3, 1}, at::kLong).view({3, 2});
  CHECK(worst_place(own(1, {1}, {pairs}), {3, 2, 5}, [&](const Shape& p) {
          return value_at(x, {p[0], static_cast<int64_t>(element(pairs, {p[0], p[1]})), p[2]});
        }) == 0);
  const at::Tensor last = at::tensor({0, 4, 2, 1, 3, 3, 1, 0, 2, 4, 0, 1}, at::kLong).view({3, 4});
  CHECK(worst_place(own(2, {-1}, {last}), {3, 4}, [&](const Shape& p) {
          return value_at(x, {p[0], p[1], static_cast<int64_t>(element(last, {p[0], p[1]}))});
        }) == 0);
  // Two axes at once.
  CHECK(worst_place(own(1, {1, 2}, {first, first}), {3}, [&](const Shape& p) {
          const auto at = static_cast<int64_t>(element(first, {p[0]}));
          return value_at(x, {p[0], at, at});
        }) == 0);
}

TEST_CASE("nn.index refuses indices that share no batch with the input") {
  const at::Tensor x = numbered({2, 3}), one = at::tensor({1, 1}, at::kLong);
  const auto own = [&](int64_t shared, List axes, const at::Tensor& index) {
    return refusal("nn.index", {{"axes", std::move(axes)}, {"batch_dims", shared}}, {x, index});
  };
  CHECK_THAT(own(1, {0}, one), Catch::Contains("axes names the axis 0, expected one behind the first 1"));
  CHECK_THAT(
      own(1, {1}, at::tensor({1, 1, 1}, at::kLong)),
      Catch::Contains("found an index of shape [3] for an input of shape [2,3], expected the same first 1 sizes"));
  CHECK_THAT(own(2, {1}, one), Catch::Contains("expected one behind the first 2"));
  CHECK_THAT(own(-1, {1}, one), Catch::Contains("batch_dims"));
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
