// nn.hardshrink against the function written out here.
#include "function.h"

using namespace test;

TEST_CASE("nn.hardshrink is the function it is named after") {
  check_function("nn.hardshrink", {}, [](double x) -> double { return std::abs(x) > 0.5 ? x : 0; });
  check_function("nn.hardshrink", {{"lambd", 0.25}}, [](double x) -> double { return std::abs(x) > 0.25 ? x : 0; });
}

TEST_CASE("nn.hardshrink leaves the grid") {
  CHECK_FALSE(OneOp("nn.hardshrink", {}, {{1, 1}}).grid({FixedPoint{8, 4, true}}));
}
