// nn.topk against a sort of each row or column.
#include <algorithm>

#include "one_op.h"

using namespace test;

namespace {

std::vector<double> sorted_column(const at::Tensor& x, int64_t column, bool largest) {
  std::vector<double> v;
  for (int64_t n = 0; n < x.size(0); ++n) v.push_back(element(x, {n, column}));
  std::sort(v.begin(), v.end());
  if (largest) std::reverse(v.begin(), v.end());
  return v;
}

}  // namespace

TEST_CASE("nn.topk gives the extremes in order, with their places") {
  const at::Tensor x = values({5, 3}, 3, at::kDouble);
  for (const bool largest : {true, false}) {
    const Map with{{"k", 3}, {"dim", 0}, {"largest", largest}};
    const Tensors found = OneOp("nn.topk", with, {{5, 3}}).run({x});
    REQUIRE(found.size() == 2);
    REQUIRE(found[0].sizes() == at::IntArrayRef{3, 3});
    CHECK(found[1].scalar_type() == at::kLong);
    const Tensors rows = OneOp("nn.topk", {{"k", 3}, {"largest", largest}}, {{3, 5}}).run({x.t()});
    for (int64_t c = 0; c < 3; ++c)
      for (int64_t i = 0; i < 3; ++i) {
        CHECK(element(found[0], {i, c}) == sorted_column(x, c, largest)[static_cast<size_t>(i)]);
        CHECK(element(x, {static_cast<int64_t>(element(found[1], {i, c})), c}) == element(found[0], {i, c}));
        CHECK(element(rows[0], {c, i}) == element(found[0], {i, c}));
      }
  }
}

TEST_CASE("nn.topk out of order has the same elements") {
  const at::Tensor x = values({5, 1}, 3, at::kDouble);
  const at::Tensor y = OneOp("nn.topk", {{"k", 4}, {"dim", 0}, {"sorted", false}}, {{5, 1}})(x);
  std::vector<double> expected = sorted_column(x, 0, true);
  expected.pop_back();
  CHECK(sorted_column(y, 0, true) == expected);
}

TEST_CASE("nn.topk's gradient reaches what stays, and the grid stays") {
  OneOp op("nn.topk", {{"k", 2}}, {{2, 4}});
  CHECK(gradient_error([&](const at::Tensor& x) { return op(x); }, values({2, 4}, 5, at::kDouble)) < 1e-7);
  CHECK(op.grid({FixedPoint{8, 4, true}}) == FixedPoint{8, 4, true});
}

TEST_CASE("nn.topk refuses more elements than there are") {
  const at::Tensor x = values({2, 4});
  CHECK_THAT(error_of([&] {
               OneOp("nn.topk", {{"k", 5}}, {{2, 4}})(x);
             }),
             Catch::Contains("k is 5, but axis -1 has 4 elements"));
  CHECK_THAT(error_of([&] {
               OneOp("nn.topk", {{"k", 1}, {"dim", -3}}, {{2, 4}})(x);
             }),
             Catch::Contains("dim names the axis -3"));
  CHECK_THAT(error_of([&] { OneOp("nn.topk", {{"k", -1}}, {{2, 4}}); }), Catch::Contains("k"));
}
