// quant.block_fp: golden vectors of MASE, its formula, codes, layouts, bad input.
#include <catch2/catch.hpp>

#include "block_cases.h"

using namespace mase;
using namespace test;

TEST_CASE("quant.block_fp under rule: mase returns what MASE returns, bit for bit") {
  const auto g = golden("block_fp", "quant.block_fp", [](const Map& p) { return std::optional(p); });
  if (!g) return;
  CHECK(g->wrong == 0);
  CHECK(g->cases == 32);
}

TEST_CASE("quant.block_fp takes the least exponent at which the rounded maximum fits") {
  const auto f = make_format("quant.block_fp", {{"width", 4}, {"block_size", along(-1, 4)}});
  // M is at most 7, so 1 needs steps of 1/4, 0.9 (7.2 eighths) steps of 1/8, 0.95 (7.6 eighths) steps of 1/4.
  CHECK(quantized(*f, {1, 0.5, 0.3f, -0.125, 0.9f, 0.5, 0.3f, -0.0625, 0.95f, 0, 0, 0.4f}) ==
        std::vector<double>{1, 0.5, 0.25, 0, 0.875, 0.5, 0.25, 0, 1, 0, 0, 0.5});
  const Codes codes = f->encode(tensor_of({1, 0.5, 0.3f, -0.125, 0, 0, 0, 0}), {});
  CHECK(numbers(codes.elements) == std::vector<double>{4, 2, 1, 0, 0, 0, 0, 0});
  CHECK(numbers(codes.exponents) == std::vector<double>{1, -127});
  CHECK(codes.blocks.block == Shape{4});
  CHECK(f->bits({3, 10}) == 30 * 4 + 9 * 8);
  CHECK(f->precision() == std::vector<int64_t>{4, 8, 127, 4});
}

TEST_CASE("quant.block_fp saturates only where its exponent is at the limit") {
  const auto f = make_format("quant.block_fp", {{"width", 4}, {"exponent_width", 3}});  // E from -3 to 4
  CHECK(quantized(*f, {100, -1}) == std::vector<double>{14, 0});
  CHECK(quantized(*f, {0.02f, -0.01f}) == std::vector<double>{0.015625, -0.015625});
  check_gradient("quant.block_fp", {{"width", 4}, {"exponent_width", 3}}, {100, -1, 14}, {0, 0.75, 0.75});
}

TEST_CASE("quant.block_fp: codes, layouts, draws and bad input") {
  std::vector<Map> configs;
  for (const char* rounding : {"nearest_even", "floor", "ceil", "toward_zero", "away_from_zero", "nearest_away"})
    configs.push_back({{"width", 6}, {"rounding", rounding}});
  for (const int width : {2, 3, 8, 16, 23}) configs.push_back({{"width", width}});
  configs.push_back({{"block_size", List{16}}, {"skip_first_dim", false}});
  configs.push_back({{"block_size", List{2, 8}}});
  configs.push_back({{"block_size", List{4, 80}}, {"skip_first_dim", false}});
  configs.push_back({{"block_size", List{-1, 3, 2}}, {"width", 5}});
  check_codes("quant.block_fp", configs);
  check_layouts("quant.block_fp", {{"width", 5}});
  check_bad_input("quant.block_fp");
  check_draws("quant.block_fp", {{"width", 4}});
  CHECK(refused("quant.block_fp", {{"rule", "mase"}, {"rounding", "floor"}}).find("rule: mase") != std::string::npos);
}
