// nn.softsign against the function written out here.
#include "function.h"

using namespace test;

TEST_CASE("nn.softsign is the function it is named after") {
  check_function("nn.softsign", {}, [](double x) -> double { return x / (1 + std::abs(x)); });
}

TEST_CASE("nn.softsign leaves the grid") {
  CHECK_FALSE(OneOp("nn.softsign", {}, {{1, 1}}).grid({FixedPoint{8, 4, true}}));
}
