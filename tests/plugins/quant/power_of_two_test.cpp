// quant.power_of_two: the oracles' float without mantissa, properties.
#include <catch2/catch.hpp>

#include "element_cases.h"

using namespace test;
using mase::Map;

TEST_CASE("quant.power_of_two is the oracles' finite_e3m0") {
  CHECK(broken_oracle("finite_e3m0", "quant.power_of_two", {{"width", 4}}) == "");
}

TEST_CASE("quant.power_of_two takes the nearest value, zero among them") {
  const auto f = make_format("quant.power_of_two", {{"width", 4}});  // 0, 2^-2 ... 2^4
  CHECK(quantized(*f, {0, 0.12f, 0.13f, 1.4f, 1.45f, -3.1f, 100}) == std::vector<double>{0, 0, 0.25, 1, 1, -4, 16});
  CHECK(f->precision() == std::vector<int64_t>{4, 3});
}

TEST_CASE("quant.power_of_two keeps codes and values together") {
  for (const char* rounding : {"nearest_even", "floor", "toward_zero", "nearest_away", "ceil", "away_from_zero"}) {
    INFO(rounding);
    CHECK(broken_property("quant.power_of_two", {{"rounding", rounding}}) == "");
    CHECK(broken_property("quant.power_of_two", {{"rounding", rounding}, {"width", 5}, {"exponent_bias", 4}}) == "");
  }
  for (int width = 2; width <= 9; ++width) CHECK(broken_code("quant.power_of_two", {{"width", width}}, width) == "");
  CHECK(broken_draws("quant.power_of_two", {{"rounding", "stochastic"}}, 5.5f) == "");
  CHECK(broken_gradient("quant.power_of_two", {{"width", 4}}, 16) == "");
}
