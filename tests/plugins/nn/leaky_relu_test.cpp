// nn.leaky_relu against the function written out here, and where it is exact.
#include "function.h"

using namespace test;

TEST_CASE("nn.leaky_relu scales what is negative") {
  check_function("nn.leaky_relu", {}, [](double x) { return x > 0 ? x : 0.01 * x; });
  check_function("nn.leaky_relu", {{"negative_slope", 0.25}}, [](double x) { return x > 0 ? x : 0.25 * x; });
}

TEST_CASE("leaky_relu is exact for slopes of few binary digits") {
  const auto grid = [](double slope, const FixedPoint& p) {
    return OneOp("nn.leaky_relu", {{"negative_slope", slope}}, {{1, 1}}).grid({p});
  };
  const FixedPoint q44{8, 4, true};
  CHECK(grid(0.125, q44) ==
        FixedPoint{11, 7, true});  // -128 * 2^-3 = -128 steps of 2^-7; 127 * 8 needs 11 bits with sign
  CHECK(grid(0.75, q44) == FixedPoint{10, 6, true});
  CHECK(grid(0.0, q44) == q44);
  CHECK(grid(2.0, q44) == FixedPoint{9, 4, true});
  CHECK(grid(-1.0, q44) == FixedPoint{8, 4, false});  // every result is positive, up to 128
  CHECK(grid(0.125, {8, 4, false}) == FixedPoint{8, 4, false});
  CHECK_FALSE(grid(0.01, q44));
  CHECK_FALSE(grid(0.1, q44));
}
