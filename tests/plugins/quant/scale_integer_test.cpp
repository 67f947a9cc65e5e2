// quant.scale_integer: golden vectors of MASE, its formula, codes, bad input.
#include <catch2/catch.hpp>

#include "block_cases.h"

using namespace mase;
using namespace test;

TEST_CASE("quant.scale_integer under rule: mase returns what MASE returns, bit for bit") {
  const auto g = golden("scale_integer", "quant.scale_integer", [](const Map& p) { return std::optional(p); });
  if (!g) return;
  CHECK(g->wrong == 0);
  CHECK(g->cases == 12);
}

TEST_CASE("quant.scale_integer holds the maximum of every row") {
  const auto f = make_format("quant.scale_integer", {{"width", 4}});
  const at::Tensor x = tensor_of({7, -3.4f, 0.5, 1.5, -14, 5, 0, 0, 0}, {3, 3});
  CHECK(numbers(f->quantize(x, {})) == std::vector<double>{7, -3, 0, 2, -14, 4, 0, 0, 0});
  const Codes codes = f->encode(x, {});
  CHECK(numbers(codes.elements) == std::vector<double>{7, -3, 0, 1, -7, 2, 0, 0, 0});
  CHECK(numbers(codes.scale)[1] == 2);
  CHECK(codes.blocks.block == Shape{1, 3});
  CHECK_FALSE(codes.exponents.defined());
  CHECK(numbers(make_format("quant.scale_integer", {{"width", 4}, {"is_signed", false}})
                    ->quantize(tensor_of({15, 7.6f, -2}), {})) == std::vector<double>{15, 8, 0});
  CHECK(f->bits({3, 10}) == 30 * 4 + 3 * 32);
  CHECK(f->precision() == std::vector<int64_t>{4});
  check_gradient("quant.scale_integer", {{"is_signed", false}}, {15, -1, 4}, {0.75, 0, 0.75});
}

TEST_CASE("quant.scale_integer: codes, draws and bad input") {
  std::vector<Map> configs;
  for (const char* rounding : {"nearest_even", "floor", "ceil", "toward_zero", "away_from_zero", "nearest_away"})
    configs.push_back({{"width", 6}, {"rounding", rounding}});
  for (const int width : {2, 3, 8, 16, 22}) configs.push_back({{"width", width}, {"is_signed", width != 3}});
  check_codes("quant.scale_integer", configs, -1);
  check_codes("quant.scale_integer", {{{"width", 8}}, {{"width", 4}}}, 4e-7);
  check_bad_input("quant.scale_integer");
  check_draws("quant.scale_integer", {{"width", 4}});
}
