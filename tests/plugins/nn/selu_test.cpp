// nn.selu against the function written out here.
#include "function.h"

using namespace test;

TEST_CASE("nn.selu is the function it is named after") {
  check_function("nn.selu", {}, [](double x) -> double {
    return 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (std::exp(x) - 1));
  });
}

TEST_CASE("nn.selu leaves the grid") { CHECK_FALSE(OneOp("nn.selu", {}, {{1, 1}}).grid({FixedPoint{8, 4, true}})); }
