// nn.softplus against the function written out here.
#include "function.h"

using namespace test;

TEST_CASE("nn.softplus is the function it is named after") {
  check_function("nn.softplus", {}, [](double x) -> double { return x > 20 ? x : std::log(1 + std::exp(x)); });
  check_function("nn.softplus", {{"beta", 2}, {"threshold", 3}},
                 [](double x) -> double { return 2 * x > 3 ? x : std::log(1 + std::exp(2 * x)) / 2; });
}

TEST_CASE("nn.softplus leaves the grid") {
  CHECK_FALSE(OneOp("nn.softplus", {}, {{1, 1}}).grid({FixedPoint{8, 4, true}}));
}
