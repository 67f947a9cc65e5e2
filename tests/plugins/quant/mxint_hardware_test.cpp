// quant.mxint_hardware: golden vectors of MASE, its formula, codes, bad input.
#include <catch2/catch.hpp>

#include "block_cases.h"

using namespace mase;
using namespace test;

TEST_CASE("quant.mxint_hardware under rule: mase returns what MASE returns, bit for bit") {
  const auto g = golden("mxint_hardware", "quant.mxint_hardware", [](const Map& p) { return std::optional(p); });
  if (!g) return;
  CHECK(g->wrong == 0);
  CHECK(g->cases == 8);
}

TEST_CASE("quant.mxint_hardware uses the range that its tiles need") {
  const auto f = make_format("quant.mxint_hardware", {{"width", 4}, {"parallelism", List{1, 4}}});
  // Steps of 1/4 for a maximum of 1, cut off downwards.
  CHECK(quantized(*f, {1, 0.6f, -0.1f, 0.1f}) == std::vector<double>{1, 0.5, -0.25, 0});
  const Codes codes = f->encode(tensor_of({1, 0.6f, -0.1f, 0.1f}), {});
  CHECK(numbers(codes.elements) == std::vector<double>{4, 2, -1, 0});
  CHECK(numbers(codes.exponents) == std::vector<double>{1});
  CHECK(f->bits({3, 10}) == 30 * 4 + 9 * 4);
  CHECK(f->precision() == std::vector<int64_t>{4, 4});
  check_gradient("quant.mxint_hardware", {{"exponent_width", 2}}, {100, -1, 1}, {0, 0.75, 0.75});
}

TEST_CASE("quant.mxint_hardware: codes, draws and bad input") {
  std::vector<Map> configs;
  for (const char* rounding : {"nearest_even", "toward_zero"})
    configs.push_back({{"rounding", rounding}, {"overflow", "saturate_symmetric"}, {"exponent_width", 8}});
  for (const int width : {2, 4, 8, 16, 23}) configs.push_back({{"width", width}, {"exponent_width", 6}});
  configs.push_back({{"parallelism", List{2, 8}}});
  configs.push_back({{"parallelism", along(0, 4)}});
  check_codes("quant.mxint_hardware", configs, -1);
  check_bad_input("quant.mxint_hardware");
  check_draws("quant.mxint_hardware", {{"width", 4}});
  CHECK(refused("quant.mxint_hardware", {{"rule", "mase"}, {"rounding", "nearest_even"}}).find("floor") !=
        std::string::npos);
}
