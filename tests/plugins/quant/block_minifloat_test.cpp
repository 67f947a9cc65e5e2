// quant.block_minifloat: golden vectors of MASE, its formula, codes, layouts, bad input.
#include <catch2/catch.hpp>

#include "block_cases.h"

using namespace mase;
using namespace test;

TEST_CASE("quant.block_minifloat under rule: mase returns what MASE returns, bit for bit") {
  const auto g = golden("block_minifloat", "quant.block_minifloat", [](const Map& p) { return std::optional(p); });
  if (!g) return;
  CHECK(g->wrong == 0);
  CHECK(g->cases == 24);
}

TEST_CASE("quant.block_minifloat puts the block's maximum into the top binade") {
  // Two bits of exponent, one of mantissa: 0, 1/8, 1/4, 3/8, 1/2, 3/4, 1, 3/2 times the power of two of the maximum.
  const auto f =
      make_format("quant.block_minifloat", {{"width", 4}, {"exponent_width", 2}, {"block_size", along(-1, 5)}});
  CHECK(quantized(*f, {1, 0.4f, 0.2f, 0.1f, -0.05f}) == std::vector<double>{1, 0.375, 0.25, 0.125, -0.0});
  CHECK(quantized(*f, {1e6f, 3e5f, 0, 0, -7e5f}) == std::vector<double>{1048576, 262144, 0, 0, -786432});  // rounded up
  const Codes codes = f->encode(tensor_of({1, -0.75, 0.3f, 0.125, 0, 0, 0, 0, 0, 0}), {});
  CHECK(numbers(codes.elements) == std::vector<double>{6, 8 + 5, 2, 1, 0, 0, 0, 0, 0, 0});
  CHECK(numbers(codes.exponents) == std::vector<double>{0, -128});
  CHECK(f->bits({3, 10}) == 30 * 4 + 6 * 8);
  CHECK(f->precision() == std::vector<int64_t>{4, 2, 8, 5});
}

TEST_CASE("quant.block_minifloat: gradients, also where the shared bias is at its limit") {
  check_gradient("quant.block_minifloat", {{"exponent_bias_width", 3}}, {100, -1, 14}, {0, 0.75, 0.75});
}

TEST_CASE("quant.block_minifloat: codes, layouts, draws and bad input") {
  std::vector<Map> configs;
  for (const char* rounding : {"nearest_even", "floor", "ceil", "toward_zero", "away_from_zero", "nearest_away"})
    configs.push_back({{"width", 6}, {"exponent_width", 3}, {"rounding", rounding}});
  for (const int e : {1, 2, 4, 5, 6}) configs.push_back({{"width", 9}, {"exponent_width", e}});
  configs.push_back({{"width", 23}, {"exponent_width", 6}});
  configs.push_back({{"block_size", List{16}}});
  configs.push_back({{"block_size", List{2, 8}}, {"exponent_bias_width", 4}});
  check_codes("quant.block_minifloat", configs);
  check_layouts("quant.block_minifloat", {{"width", 6}});
  check_bad_input("quant.block_minifloat");
  check_draws("quant.block_minifloat", {{"width", 6}});
  CHECK(refused("quant.block_minifloat", {{"width", 4}, {"exponent_width", 3}}).find("no mantissa") !=
        std::string::npos);
}
