// nn.hardsigmoid against the function written out here.
#include "function.h"

using namespace test;

TEST_CASE("nn.hardsigmoid is the function it is named after") {
  check_function("nn.hardsigmoid", {}, [](double x) -> double { return x <= -3 ? 0 : x >= 3 ? 1 : x / 6 + 0.5; });
}

TEST_CASE("nn.hardsigmoid leaves the grid") {
  CHECK_FALSE(OneOp("nn.hardsigmoid", {}, {{1, 1}}).grid({FixedPoint{8, 4, true}}));
}
