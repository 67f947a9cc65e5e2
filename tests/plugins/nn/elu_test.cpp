// nn.elu against the function written out here.
#include "function.h"

using namespace test;

TEST_CASE("nn.elu is the function it is named after") {
  check_function("nn.elu", {}, [](double x) -> double { return x > 0 ? x : std::exp(x) - 1; });
  check_function("nn.elu", {{"alpha", 0.4}}, [](double x) -> double { return x > 0 ? x : 0.4 * (std::exp(x) - 1); });
}

TEST_CASE("nn.elu leaves the grid") { CHECK_FALSE(OneOp("nn.elu", {}, {{1, 1}}).grid({FixedPoint{8, 4, true}})); }
