// nn.hardswish against the function written out here.
#include "function.h"

using namespace test;

TEST_CASE("nn.hardswish is the function it is named after") {
  check_function("nn.hardswish", {}, [](double x) -> double { return x <= -3 ? 0 : x >= 3 ? x : x * (x + 3) / 6; });
}

TEST_CASE("nn.hardswish leaves the grid") {
  CHECK_FALSE(OneOp("nn.hardswish", {}, {{1, 1}}).grid({FixedPoint{8, 4, true}}));
}
