// quant.minifloat_denorm: MASE's outputs, and the right ones by their formula.
#include <catch2/catch.hpp>

#include "element_cases.h"

using namespace test;
using mase::Map;

TEST_CASE("quant.minifloat_denorm returns what MASE returns under rule: mase") {
  CHECK(broken_mase_row("mase_minifloat_denorm.npy", "minifloat_denorm", "quant.minifloat_denorm", 16) == "");
}

TEST_CASE("quant.minifloat_denorm loses no power of two under the standard rule") {
  const auto f = make_format("quant.minifloat_denorm", {{"width", 8}, {"exponent_width", 4}});
  // Three bits of fraction without a leading one: 4/8 * 2^1 = 1, then 5/8, 6/8, 7/8 of 2.
  CHECK(quantized(*f, {1, 2, 0.5f, 1.2f, 1.6f, 1000, -1000}) == std::vector<double>{1, 2, 0.5, 1.25, 1.5, 224, -224});
  // The smallest step is 2^-7 / 8; 1.5 steps go to the even one.
  CHECK(quantized(*f, {0x1p-10f, 0x1.8p-10f, 0x1p-11f}) == std::vector<double>{0x1p-10, 0x1p-9, 0});
  CHECK(f->precision() == std::vector<int64_t>{8, 4, 7});
}

TEST_CASE("quant.minifloat_denorm keeps codes and values together") {
  for (const char* rounding : {"nearest_even", "floor", "toward_zero", "nearest_away", "ceil", "away_from_zero"}) {
    INFO(rounding);
    CHECK(broken_property("quant.minifloat_denorm", {{"rounding", rounding}}) == "");
  }
  CHECK(broken_property("quant.minifloat_denorm", {{"width", 16}, {"exponent_width", 8}}) == "");
  // Codes with a zero in front of the fraction are not canonical: half of all but the least exponent.
  CHECK(broken_code("quant.minifloat_denorm", {{"width", 8}, {"exponent_width", 4}}, 8, 2 * 15 * 4) == "");
  CHECK(broken_draws("quant.minifloat_denorm", {{"rounding", "stochastic"}}, 1.1f) == "");
  CHECK(broken_gradient("quant.minifloat_denorm", {}, 224) == "");
}

TEST_CASE("quant.minifloat_denorm without mantissa bits, which MASE has, holds zero alone") {
  const auto f = make_format("quant.minifloat_denorm", {{"width", 5}, {"exponent_width", 4}});
  CHECK(quantized(*f, {0, 0.5f, 1, 100}) == std::vector<double>{0, 0, 0, 0});
  CHECK_THROWS_WITH(make_format("quant.minifloat_denorm", {{"width", 4}, {"exponent_width", 4}}),
                    Catch::Contains("mantissa"));
}
