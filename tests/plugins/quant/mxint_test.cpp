// quant.mxint: golden vectors of MASE and of oracles, its formula, codes, layouts, bad input.
#include <catch2/catch.hpp>

#include <cmath>

#include "block_cases.h"

using namespace mase;
using namespace test;

namespace {

std::optional<Map> mxint_fields(const Map& p) {
  if (p.at("quantile_search").as_bool()) return {};  // informative only
  return Map{{"width", p.at("element_bits")},
             {"scale_bits", p.at("scale_bits")},
             {"block_size", along(p.at("block_dim").as_int(), p.at("block_size").as_int())}};
}

}  // namespace

TEST_CASE("quant.mxint under rule: mase returns what MASE returns, values and codes") {
  const auto g = golden("mxint", "quant.mxint", mxint_fields);
  if (!g) return;
  CHECK(g->wrong == 0);
  CHECK(g->cases == 12);
  const auto codes = golden_codes("mxint_codes", "quant.mxint", mxint_fields);
  CHECK(codes->wrong == 0);
  CHECK(codes->cases == 6);
}

TEST_CASE("quant.mxint is MXINT8, as oracles agree") {
  const auto g = golden_mx("oracle_mx_mxint8", "quant.mxint", {}, 8);
  if (!g) return;
  CHECK(g->wrong == 0);
  CHECK(g->cases == 55);
}

TEST_CASE("quant.mxint: scale rules, limits and storage") {
  const std::vector<float> x = {1.9999f, -1.0f};
  const auto scale = [&](const char* rule) {
    return numbers(make_format("quant.mxint", {{"scale_rule", rule}})->encode(tensor_of(x), {}).exponents)[0];
  };
  CHECK(scale("floor") == 0);
  CHECK(scale("ceil") == 1);
  CHECK(scale("even") == 1);
  CHECK(scale("rceil") == 1);
  CHECK(quantized(*make_format("quant.mxint"), x) == std::vector<double>{127 / 64.0, -1});
  CHECK(quantized(*make_format("quant.mxint"), {-1.9999f})[0] == -2);
  CHECK(quantized(*make_format("quant.mxint", {{"overflow", "saturate_symmetric"}}), {-1.9999f})[0] == -127 / 64.0);
  CHECK(quantized(*make_format("quant.mxint"), {-3.4028235e38f})[0] == -std::ldexp(127, 121));
  CHECK(make_format("quant.mxint")->bits({4, 40}) == 160 * 8 + 8 * 8);
  CHECK(make_format("quant.mxint")->precision() == std::vector<int64_t>{8, 32});
  CHECK(refused("quant.mxint", {{"overflow", "wrap"}}).find("saturates") != std::string::npos);
  check_gradient("quant.mxint", {{"scale_bits", 3}}, {100, -1, 15.875f}, {0, 0.75, 0.75});
}

TEST_CASE("quant.mxint: codes, layouts, draws and bad input") {
  std::vector<Map> configs;
  for (const char* rounding : {"nearest_even", "toward_zero", "nearest_away"})
    configs.push_back({{"width", 6}, {"rounding", rounding}, {"overflow", "saturate_symmetric"}});
  for (const int width : {2, 4, 8, 16, 23}) configs.push_back({{"width", width}, {"overflow", "saturate_symmetric"}});
  for (const char* rule : {"ceil", "even", "rceil"}) configs.push_back({{"scale_rule", rule}, {"width", 5}});
  configs.push_back({{"block_size", along(0, 8)}, {"scale_bits", 5}, {"overflow", "saturate_symmetric"}});
  check_codes("quant.mxint", configs, -1);  // floor: the code without a counterpart takes the next scale
  check_layouts("quant.mxint", {{"width", 6}});
  check_bad_input("quant.mxint");
  check_draws("quant.mxint", {{"width", 4}});
}
