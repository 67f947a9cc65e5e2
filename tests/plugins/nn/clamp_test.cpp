// nn.clamp with one limit or two, on numbers and integers, and its grid.
#include <limits>

#include "function.h"

using namespace test;

TEST_CASE("nn.clamp limits from either side or both") {
  check_function("nn.clamp", {{"min", -1}, {"max", 1.5}}, [](double x) { return std::min(std::max(x, -1.0), 1.5); });
  check_function("nn.clamp", {{"min", 0.5}}, [](double x) { return std::max(x, 0.5); });
  check_function("nn.clamp", {{"max", -1}}, [](double x) { return std::min(x, -1.0); });
  check_function("nn.clamp", {{"min", "-inf"}, {"max", 0}}, [](double x) { return std::min(x, 0.0); });
}

TEST_CASE("nn.clamp keeps integers integers where its limits are") {
  const at::Tensor x = at::tensor({-9, 2, 9}, at::kLong);
  const at::Tensor y = OneOp("nn.clamp", {{"min", 0}, {"max", 5}}, {{3}})(x);
  CHECK(y.scalar_type() == at::kLong);
  CHECK(element(y, {0}) == 0);
  CHECK(element(y, {2}) == 5);
  const at::Tensor z = OneOp("nn.clamp", {{"min", 0.5}}, {{3}})(x);
  CHECK(z.scalar_type() == at::kFloat);
  CHECK(element(z, {0}) == 0.5);
  const int64_t big = (int64_t{1} << 60) + 1;
  CHECK(OneOp("nn.clamp", {{"max", big}}, {{1}})(at::tensor({INT64_MAX}, at::kLong)).item<int64_t>() == big);
}

TEST_CASE("nn.clamp's gradient stops at the limits") {
  OneOp op("nn.clamp", {{"min", -0.5}, {"max", 0.25}}, {{2, 4}});
  CHECK(gradient_error([&](const at::Tensor& x) { return op(x); }, values({2, 4}, 5, at::kDouble)) < 1e-7);
}

TEST_CASE("nn.clamp stays exact on grids that hold its limits") {
  const FixedPoint p{8, 3, true};  // -16 to 15.875
  const auto grid = [&](Map with) { return OneOp("nn.clamp", std::move(with), {{1}}).grid({p}); };
  CHECK(grid({{"min", -1}, {"max", 1}}) == least_grid(-8, 8, 3));
  CHECK(grid({{"min", 0}}) == least_grid(0, 127, 3));
  CHECK(grid({{"max", 0.125}}) == least_grid(-128, 1, 3));
  CHECK(grid({{"min", -1000.3}, {"max", 1000.1}}) == p);  // no value gets there
  CHECK_FALSE(grid({{"min", 0.1}}));
  CHECK_FALSE(grid({{"min", 40}}));
  CHECK_FALSE(OneOp("nn.clamp", {{"min", 0}}, {{1}}).grid({std::nullopt}));
}

TEST_CASE("nn.clamp refuses limits that are none") {
  const auto error = [](Map with) { return error_of([&] { OneOp("nn.clamp", with, {{1}}); }); };
  CHECK_THAT(error({}), Catch::Contains("found neither min nor max"));
  CHECK_THAT(error({{"min", 2}, {"max", 1}}), Catch::Contains("min is 2, above max, which is 1"));
  CHECK_THAT(error({{"min", std::numeric_limits<double>::quiet_NaN()}}), Catch::Contains("not a number"));
  CHECK_THAT(error({{"min", "low"}}), Catch::Contains("expected a number"));
}
