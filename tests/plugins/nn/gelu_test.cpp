// nn.gelu, exact and with the approximation of GPT-2, against the functions written out here.
#include "function.h"

using namespace test;

TEST_CASE("nn.gelu is the function it is named after") {
  check_function("nn.gelu", {}, [](double x) { return x * 0.5 * std::erfc(-x / std::sqrt(2.0)); });
}

TEST_CASE("nn.gelu approximates by a hyperbolic tangent") {
  check_function("nn.gelu", {{"approximate", "tanh"}}, [](double x) {
    return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x)));
  });
}

TEST_CASE("nn.gelu keeps negative values, leaves the grid and refuses another approximation") {
  const OneOp op("nn.gelu", {}, {{1, 1}});
  CHECK_FALSE(op.grid({FixedPoint{8, 4, true}}));
  CHECK_THAT(error_of([] {
               OneOp("nn.gelu", {{"approximate", "sigmoid"}}, {{1, 1}});
             }),
             Catch::Contains("expected one of none, tanh"));
}
