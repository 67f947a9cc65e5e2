// nn.relu against the function written out here.
#include "function.h"

using namespace test;

TEST_CASE("nn.relu is the function it is named after") {
  check_function("nn.relu", {}, [](double x) { return std::max(x, 0.0); });
}

TEST_CASE("nn.relu keeps the grid") {
  CHECK(OneOp("nn.relu", {}, {{1, 1}}).grid({FixedPoint{8, 4, true}}) == FixedPoint{8, 4, true});
}
