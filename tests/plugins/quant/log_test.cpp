// quant.log: MASE's outputs, and rounding of logarithms by its definition.
#include <catch2/catch.hpp>

#include "element_cases.h"

using namespace test;
using mase::Map;

#include <cmath>

TEST_CASE("quant.log returns what MASE returns under rule: mase") {
  CHECK(broken_mase_row("mase_log.npy", "log", "quant.log", 9) == "");
}

TEST_CASE("quant.log takes the nearest exponent, and has a zero") {
  const auto f = make_format("quant.log", {{"width", 5}, {"exponent_bias", 4}});  // 2^-3 ... 2^11
  for (const float x : edge_values()) {
    const double y = quantized(*f, {x})[0], a = std::fabs(static_cast<double>(x));
    const double expected = a <= 0x1p-4   ? 0.0
                            : a < 0x1p-3  ? 0x1p-3
                            : a >= 0x1p11 ? 0x1p11
                                          : std::exp2(std::floor(std::log2(a) + 0.5));
    INFO(x);
    REQUIRE(std::fabs(y) == expected);
    REQUIRE(std::signbit(y) == std::signbit(x));
  }
}

TEST_CASE("quant.log keeps codes and values together") {
  for (const char* rounding : {"nearest_even", "floor", "toward_zero", "nearest_away", "ceil", "away_from_zero"}) {
    INFO(rounding);
    CHECK(broken_property("quant.log", {{"rounding", rounding}}) == "");
  }
  for (int width = 2; width <= 9; ++width) {
    INFO(width);
    CHECK(broken_property("quant.log", {{"width", width}}) == "");
    CHECK(broken_code("quant.log", {{"width", width}}, width) == "");
  }
  CHECK(broken_draws("quant.log", {{"rounding", "stochastic"}}, 5.5f) == "");
  CHECK(broken_draws("quant.log", {{"rounding", "stochastic"}, {"width", 4}}, 0.1f) == "");  // between 0 and 1/4
  CHECK(broken_gradient("quant.log", {{"width", 4}}, 16) == "");
}

TEST_CASE("quant.log of MASE has codes of its own") {
  const auto f = make_format("quant.log", {{"width", 4}, {"rule", "mase"}});
  const auto x = tensor_of({0, 0.125f, -16, 3});
  CHECK(numbers(f->encode(x, {}).elements) == std::vector<double>{0, 0, 15, 5});
  CHECK(numbers(f->decode(f->encode(x, {}))) == std::vector<double>{0.125, 0.125, -16, 4});
}
