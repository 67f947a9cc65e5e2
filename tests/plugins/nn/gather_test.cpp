// nn.gather against places looked up one by one.
#include "places.h"

using namespace test;

TEST_CASE("nn.gather looks along an axis at each index") {
  const at::Tensor x = numbered({2, 4, 3});
  const at::Tensor index = at::tensor({0, 3, 2, 1, 1, 0}, at::kLong).view({2, 3, 1});
  const auto expected = [&](const Shape& p) {
    return value_at(x, {p[0], static_cast<int64_t>(value_at(index, p)), p[2]});
  };
  for (const at::ScalarType type : {at::kLong, at::kInt, at::kFloat, at::kDouble, at::kByte})
    CHECK(worst_place(OneOp("nn.gather", {{"dim", 1}}, {{1, 4, 3}, {1, 3, 1}}).run({x, index.to(type)})[0], {2, 3, 1},
                      expected) == 0);
}

TEST_CASE("nn.gather refuses indices and shapes that do not fit") {
  const at::Tensor x = numbered({1, 4});
  const auto with = [&](const at::Tensor& index) { return refusal("nn.gather", {{"dim", 1}}, {x, index}); };
  CHECK_THAT(with(at::tensor({4}, at::kLong).view({1, 1})),
             Catch::Contains("found the index 4, expected an integer in [0, 3]"));
  CHECK_THAT(with(at::tensor({-1}, at::kLong).view({1, 1})), Catch::Contains("found the index -1"));
  CHECK_THAT(with(at::tensor({INT64_MIN}, at::kLong).view({1, 1})), Catch::Contains("expected an integer in [0, 3]"));
  CHECK_THAT(with(at::tensor({0.5}).view({1, 1})), Catch::Contains("found the index 0.5"));
  CHECK_THAT(with(at::tensor({1}, at::kLong)),
             Catch::Contains("found an index of shape [1] for an input of shape [1,4]"));
  CHECK_THAT(with(at::zeros({2, 1}, at::kLong)), Catch::Contains("no greater sizes"));
  CHECK_THAT(with(at::zeros({1, 1}, at::kBool)), Catch::Contains("found indices of type Bool, expected integers"));
}
