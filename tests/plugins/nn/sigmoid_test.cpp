// nn.sigmoid against the function written out here.
#include "function.h"

using namespace test;

TEST_CASE("nn.sigmoid is the function it is named after") {
  check_function("nn.sigmoid", {}, [](double x) { return 1 / (1 + std::exp(-x)); });
}

TEST_CASE("nn.sigmoid leaves the grid") {
  CHECK_FALSE(OneOp("nn.sigmoid", {}, {{1, 1}}).grid({FixedPoint{8, 4, true}}));
}
