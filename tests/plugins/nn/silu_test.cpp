// nn.silu against the function written out here.
#include "function.h"

using namespace test;

TEST_CASE("nn.silu is the function it is named after") {
  check_function("nn.silu", {}, [](double x) -> double { return x / (1 + std::exp(-x)); });
}

TEST_CASE("nn.silu leaves the grid") { CHECK_FALSE(OneOp("nn.silu", {}, {{1, 1}}).grid({FixedPoint{8, 4, true}})); }
