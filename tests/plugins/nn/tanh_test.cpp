// nn.tanh against the function written out here.
#include "function.h"

using namespace test;

TEST_CASE("nn.tanh is the function it is named after") {
  check_function("nn.tanh", {}, [](double x) { return std::tanh(x); });
}

TEST_CASE("nn.tanh leaves the grid") { CHECK_FALSE(OneOp("nn.tanh", {}, {{1, 1}}).grid({FixedPoint{8, 4, true}})); }
