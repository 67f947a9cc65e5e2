// nn.tanhshrink against the function written out here.
#include "function.h"

using namespace test;

TEST_CASE("nn.tanhshrink is the function it is named after") {
  check_function("nn.tanhshrink", {}, [](double x) -> double { return x - std::tanh(x); });
}

TEST_CASE("nn.tanhshrink leaves the grid") {
  CHECK_FALSE(OneOp("nn.tanhshrink", {}, {{1, 1}}).grid({FixedPoint{8, 4, true}}));
}
