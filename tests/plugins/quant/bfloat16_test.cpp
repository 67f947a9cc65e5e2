// quant.bfloat16: against the upper half of a float32, computed another way.
#include <catch2/catch.hpp>

#include "element_cases.h"

using namespace test;
using mase::Map;

#include <bit>
#include <cmath>

TEST_CASE("quant.bfloat16 is the nearest float32 whose lower half is zero") {
  const auto f = make_format("quant.bfloat16", {});
  for (const float x : edge_values()) {
    // Its neighbours below and above in magnitude, in double, where all of this is exact.
    const uint32_t low = std::bit_cast<uint32_t>(std::fabs(x)) & 0xffff0000u;
    const double below = std::bit_cast<float>(low), next = std::bit_cast<float>(low + 0x10000u);
    const double above = std::isinf(next) ? 0x1p128 : next, a = std::fabs(static_cast<double>(x));
    double expected = a - below < above - a || (a - below == above - a && (low >> 16) % 2 == 0) ? below : above;
    if (std::isinf(x) || expected > 0x1.fep127) expected = 0x1.fep127;
    INFO(x);
    REQUIRE(quantized(*f, {x})[0] == (std::signbit(x) ? -expected : expected));
  }
}

TEST_CASE("quant.bfloat16 keeps codes and values together") {
  for (const char* rounding : {"nearest_even", "floor", "toward_zero", "nearest_away", "ceil", "away_from_zero"}) {
    INFO(rounding);
    CHECK(broken_property("quant.bfloat16", {{"rounding", rounding}}) == "");
  }
  CHECK(broken_property("quant.bfloat16", {{"overflow", "to_infinity"}}) == "");
  CHECK(broken_code("quant.bfloat16", {}, 16) == "");
  CHECK(broken_draws("quant.bfloat16", {{"rounding", "stochastic"}}, 1.001f) == "");
  CHECK(broken_gradient("quant.bfloat16", {}, 0x1.fep127f) == "");
  CHECK(make_format("quant.bfloat16", {})->bits({4, 4}) == 256);
}
