// nn.identity against the function written out here.
#include "function.h"

using namespace test;

TEST_CASE("nn.identity is the function it is named after") {
  check_function("nn.identity", {}, [](double x) { return x; });
}

TEST_CASE("nn.identity keeps the grid") {
  CHECK(OneOp("nn.identity", {}, {{1, 1}}).grid({FixedPoint{8, 4, true}}) == FixedPoint{8, 4, true});
}
