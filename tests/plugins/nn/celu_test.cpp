// nn.celu against the function written out here.
#include "function.h"

using namespace test;

TEST_CASE("nn.celu is the function it is named after") {
  for (const double alpha : {1.0, 0.4, 3.0})
    check_function("nn.celu", {{"alpha", alpha}},
                   [alpha](double x) { return std::max(0.0, x) + std::min(0.0, alpha * (std::exp(x / alpha) - 1)); });
  check_function("nn.celu", {}, [](double x) { return x > 0 ? x : std::exp(x) - 1; });
}

TEST_CASE("nn.celu's gradient is its derivative; the grid is left") {
  OneOp op("nn.celu", {{"alpha", 0.7}}, {{2, 4}});
  CHECK(gradient_error([&](const at::Tensor& x) { return op(x); }, values({2, 4}, 5, at::kDouble)) < 1e-7);
  CHECK_FALSE(op.grid({FixedPoint{8, 4, true}}));
}

TEST_CASE("nn.celu refuses to divide by zero") {
  CHECK_THAT(error_of([] { OneOp("nn.celu", {{"alpha", 0}}, {{1}}); }), Catch::Contains("alpha is zero"));
}
