// quant.block_log: golden vectors of MASE, its formula, codes, layouts, bad input.
#include <catch2/catch.hpp>

#include <cmath>

#include "block_cases.h"

using namespace mase;
using namespace test;

TEST_CASE("quant.block_log under rule: mase returns what MASE returns, bit for bit") {
  const auto g = golden("block_log", "quant.block_log", [](const Map& p) { return std::optional(p); });
  if (!g) return;
  CHECK(g->wrong == 0);
  CHECK(g->cases == 21);
}

TEST_CASE("quant.block_log rounds logarithms and has zero") {
  // Three bits besides the sign: zero and seven powers, from 2^-6 to 1 where the maximum rounds to 1.
  const auto f = make_format("quant.block_log", {{"width", 4}, {"block_size", along(-1, 6)}});
  CHECK(quantized(*f, {1.41421354f, 0.7071068f, -0.70710677f, 0.0079f, 0.0078125f, 0}) ==
        std::vector<double>{1, 1, -0.5, 0.015625, 0, 0});
  CHECK(quantized(*f, {1.41421366f, 0.03125f, 0, 0, 0, 0})[0] == 2);
  const Codes codes = f->encode(tensor_of({1, -0.5, 0.015625f, 0.001f, 0, 0.25}), {});
  CHECK(numbers(codes.elements) == std::vector<double>{7, 8 + 6, 1, 0, 0, 5});
  CHECK(numbers(codes.exponents) == std::vector<double>{0});
  CHECK(f->bits({3, 10}) == 30 * 4 + 6 * 8);
  CHECK(f->precision() == std::vector<int64_t>{4, 8, 6});
}

TEST_CASE("quant.block_log divides at the square root of two for every exponent of float32") {
  const auto f = make_format("quant.block_log", {{"width", 12}, {"block_size", along(-1, 1)}});
  for (int e = -126; e < 127; ++e) {
    const float below = std::ldexp(1.41421354f, e), above = std::ldexp(1.41421366f, e);
    REQUIRE(quantized(*f, {below, above}) == std::vector<double>{std::ldexp(1.0, e), std::ldexp(2.0, e)});
  }
}

TEST_CASE("quant.block_log: codes, layouts, draws, gradients and bad input") {
  std::vector<Map> configs;
  for (const char* rounding : {"nearest_even", "floor", "ceil", "toward_zero", "away_from_zero", "nearest_away"})
    configs.push_back({{"width", 5}, {"rounding", rounding}});
  for (const int width : {2, 3, 8, 12}) configs.push_back({{"width", width}});
  configs.push_back({{"block_size", List{16}}});
  configs.push_back({{"block_size", List{2, 8}}, {"exponent_bias_width", 4}});
  check_codes("quant.block_log", configs);
  check_layouts("quant.block_log", {{"width", 6}});
  check_bad_input("quant.block_log");
  check_draws("quant.block_log", {{"width", 5}});
  check_gradient("quant.block_log", {{"exponent_bias_width", 3}}, {100, -1, 8}, {0, 0.75, 0.75});
}
