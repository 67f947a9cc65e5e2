// nn.relu6 against the function written out here.
#include "function.h"

using namespace test;

TEST_CASE("nn.relu6 is the function it is named after") {
  check_function("nn.relu6", {}, [](double x) -> double { return x < 0 ? 0 : x > 6 ? 6 : x; });
}

TEST_CASE("nn.relu6 stays exact on grids that hold its limit") {
  const OneOp op("nn.relu6", {}, {{1, 1}});
  CHECK(op.grid({FixedPoint{8, 3, true}}) == FixedPoint{6, 3, false});  // codes 0 to 48
  CHECK(op.grid({FixedPoint{4, 2, true}}) == FixedPoint{3, 2, false});  // the input's own limit is lower
  CHECK_FALSE(op.grid({FixedPoint{8, -2, true}}));                      // steps of 4
}
