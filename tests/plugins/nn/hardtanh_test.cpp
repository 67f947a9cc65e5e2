// nn.hardtanh against the function written out here.
#include "function.h"

using namespace test;

TEST_CASE("nn.hardtanh is the function it is named after") {
  check_function("nn.hardtanh", {}, [](double x) -> double { return x < -1 ? -1 : x > 1 ? 1 : x; });
  check_function("nn.hardtanh", {{"min_val", -2}, {"max_val", 0.5}}, [](double x) -> double {
    return x < -2 ? -2 : x > 0.5 ? 0.5 : x;
  });
}

TEST_CASE("nn.hardtanh stays exact on grids that hold its limits") {
  CHECK(OneOp("nn.hardtanh", {}, {{1, 1}}).grid({FixedPoint{8, 3, true}}) == FixedPoint{5, 3, true});  // -8 to 8
  CHECK_FALSE(OneOp("nn.hardtanh", {{"max_val", 0.1}}, {{1, 1}}).grid({FixedPoint{8, 3, true}}));
}

TEST_CASE("nn.hardtanh refuses limits without room between them") {
  CHECK_THAT(error_of([] {
               OneOp("nn.hardtanh", {{"min_val", 1}}, {{1, 1}});
             }),
             Catch::Contains("min_val is not below max_val"));
}
