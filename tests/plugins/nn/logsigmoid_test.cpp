// nn.logsigmoid against the function written out here.
#include "function.h"

using namespace test;

TEST_CASE("nn.logsigmoid is the function it is named after") {
  check_function("nn.logsigmoid", {}, [](double x) -> double { return x < -30 ? x : -std::log(1 + std::exp(-x)); });
}

TEST_CASE("nn.logsigmoid leaves the grid") {
  CHECK_FALSE(OneOp("nn.logsigmoid", {}, {{1, 1}}).grid({FixedPoint{8, 4, true}}));
}
