// nn.masked_fill element by element, its grid, and values without a number in JSON.
#include <limits>

#include "one_op.h"

using namespace test;

TEST_CASE("nn.masked_fill fills where the mask is true") {
  const at::Tensor x = values({2, 3}, 3, at::kDouble), mask = at::tensor({1, 0, 1}, at::kLong).to(at::kBool);
  constexpr double kInf = std::numeric_limits<double>::infinity();
  const auto filled = [&](Value value, const at::Tensor& input) {
    return OneOp("nn.masked_fill", {{"value", std::move(value)}}, {{2, 3}, {3}}).run({input, mask})[0];
  };
  const std::pair<Value, double> cases[] = {{0, 0}, {-1e9, -1e9}, {-kInf, -kInf}, {"-inf", -kInf}, {"inf", kInf}};
  for (const auto& [value, number] : cases)
    for (int64_t n = 0; n < 2; ++n)
      for (int64_t i = 0; i < 3; ++i)
        CHECK(element(filled(value, x), {n, i}) == (i == 1 ? element(x, {n, i}) : number));
  const at::Tensor whole = filled(-100, at::tensor({1, 2, 3}, at::kLong));
  CHECK(whole.scalar_type() == at::kLong);
  CHECK(element(whole, {2}) == -100);
  CHECK_THAT(error_of([&] { filled("low", x); }), Catch::Contains("expected a number"));
  CHECK_THAT(error_of([] { OneOp("nn.masked_fill", {}, {{1}, {1}}); }), Catch::Contains("missing 'value'"));
}

TEST_CASE("nn.masked_fill's gradient stops where it fills") {
  OneOp op("nn.masked_fill", {{"value", -3}}, {{4}, {4}});
  const at::Tensor mask = at::tensor({1, 0, 0, 1}, at::kLong).to(at::kBool);
  CHECK(gradient_error(
            [&](const at::Tensor& moved) {
              return op.run({moved, mask})[0];
            },
            values({4}, 5, at::kDouble)) < 1e-7);
}

TEST_CASE("nn.masked_fill's grid holds the input's values and the one filled in") {
  const FixedPoint p{4, 2, true};  // -8 to 7 quarters
  const auto grid = [&](Value value) {
    return OneOp("nn.masked_fill", {{"value", std::move(value)}}, {{1}, {1}}).grid({p, std::nullopt});
  };
  CHECK(grid(0) == p);
  CHECK(grid(5) == least_grid(-8, 20, 2));
  CHECK(grid(-2.25) == least_grid(-9, 7, 2));
  CHECK_FALSE(grid(0.1));
  CHECK_FALSE(grid("-inf"));
}
