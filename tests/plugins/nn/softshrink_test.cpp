// nn.softshrink against the function written out here.
#include "function.h"

using namespace test;

TEST_CASE("nn.softshrink is the function it is named after") {
  check_function("nn.softshrink", {}, [](double x) -> double { return x > 0.5 ? x - 0.5 : x < -0.5 ? x + 0.5 : 0; });
  check_function("nn.softshrink", {{"lambd", 0.25}}, [](double x) -> double {
    return x > 0.25 ? x - 0.25 : x < -0.25 ? x + 0.25 : 0;
  });
}

TEST_CASE("nn.softshrink leaves the grid") {
  CHECK_FALSE(OneOp("nn.softshrink", {}, {{1, 1}}).grid({FixedPoint{8, 4, true}}));
}
