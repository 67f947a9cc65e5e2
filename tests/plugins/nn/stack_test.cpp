// nn.stack joins inputs along a new axis, on the grid that holds them all.
#include "places.h"

using namespace test;

TEST_CASE("nn.stack joins inputs along a new axis") {
  const at::Tensor a = numbered({2, 3}), b = a + 10;
  const auto run = [&](int64_t dim) { return OneOp("nn.stack", {{"dim", dim}}, {{1, 3}, {1, 3}}).run({a, b})[0]; };
  CHECK(worst_place(run(1), {2, 2, 3}, [&](const Shape& p) { return value_at(p[1] ? b : a, {p[0], p[2]}); }) == 0);
  CHECK(worst_place(run(-1), {2, 3, 2}, [&](const Shape& p) { return value_at(p[2] ? b : a, {p[0], p[1]}); }) == 0);
  const OneOp op("nn.stack", {}, {{1, 3}, {1, 3}});
  CHECK(op.grid({FixedPoint{8, 4, true}, FixedPoint{5, 1, false}}) == FixedPoint{9, 4, true});  // 31 * 8 = 248
  CHECK_FALSE(op.grid({FixedPoint{8, 4, true}, std::nullopt}));
}

TEST_CASE("nn.stack refuses inputs that differ and axes that are not there") {
  CHECK_THAT(refusal("nn.stack", {}, {numbered({2, 3}), numbered({3, 2})}),
             Catch::Contains("found shapes [2,3] and [3,2], expected inputs of one shape"));
  CHECK_THAT(refusal("nn.stack", {{"dim", 3}}, {numbered({2, 3})}), Catch::Contains("dim names the axis 3"));
}
