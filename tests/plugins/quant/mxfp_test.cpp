// quant.mxfp: golden vectors of MASE and of oracles, its formula, codes, layouts, bad input.
#include <catch2/catch.hpp>

#include <cmath>

#include "block_cases.h"

using namespace mase;
using namespace test;

namespace {

std::optional<Map> mxfp_fields(const Map& p) {
  if (p.find("quantile_search") && p.at("quantile_search").as_bool()) return {};  // informative only
  const std::string mode = p.at("round_mode").as_string();
  const Value* axis = p.find("block_dim");
  return Map{{"element", "e" + std::to_string(p.at("element_exp_bits").as_int()) + "m" +
                             std::to_string(p.at("element_frac_bits").as_int())},
             {"element_is_finite", p.at("element_is_finite")},
             {"rounding", mode == "rn"   ? "nearest_even"
                          : mode == "ru" ? "away_from_zero"
                                         : "toward_zero"},
             {"block_size", along(axis ? axis->as_int() : -1, p.at("block_size").as_int())}};
}

struct Oracle {
  const char *file, *element;
  int bits;
};
constexpr Oracle kOracles[] = {{"mxfp8_e4m3", "e4m3", 8},
                               {"mxfp8_e5m2", "e5m2", 8},
                               {"mxfp6_e3m2", "e3m2", 6},
                               {"mxfp6_e2m3", "e2m3", 6},
                               {"mxfp4_e2m1", "e2m1", 4}};

}  // namespace

TEST_CASE("quant.mxfp under rule: mase returns what MASE returns, values and codes") {
  const auto g = golden("mxfp", "quant.mxfp", mxfp_fields);
  if (!g) return;
  CHECK(g->wrong == 0);
  CHECK(g->cases == 15);
  const auto codes = golden_codes("mxfp_codes", "quant.mxfp", mxfp_fields);
  CHECK(codes->wrong == 0);
  CHECK(codes->cases == 6);
}

TEST_CASE("quant.mxfp is OCP's MXFP8, MXFP6 and MXFP4, as oracles agree") {
  for (const Oracle& o : kOracles) {
    INFO(o.file);
    const auto g = golden_mx(std::string("oracle_mx_") + o.file, "quant.mxfp", {{"element", o.element}}, o.bits);
    if (!g) return;
    CHECK(g->wrong == 0);
    CHECK(g->cases == 61);
    const auto rules = golden_scale_rules(o.file, "quant.mxfp", {{"element", o.element}});
    CHECK(rules->wrong == 0);
    CHECK(rules->cases > 3000);
  }
}

TEST_CASE("quant.mxfp: elements, limits and storage") {
  CHECK(quantized(*make_format("quant.mxfp", {{"element", "e1m2"}}), {3.5f, 1.3f, -0.2f}) ==
        std::vector<double>{3.5, 1.5, -0.0});
  CHECK(quantized(*make_format("quant.mxfp", {{"element", "e2m1"}}), {7.5f, 2.5f, -0.7f}) ==
        std::vector<double>{6, 2, -0.5});
  for (const char* rule : {"floor", "ceil", "even", "rceil"})
    for (const char* element : {"e4m3", "e5m2", "e3m2", "e2m3", "e2m1", "e1m2"})
      CHECK(std::isfinite(
          quantized(*make_format("quant.mxfp", {{"element", element}, {"scale_rule", rule}}), {3.4028235e38f})[0]));
  CHECK(make_format("quant.mxfp", {{"element", "e3m2"}})->bits({4, 40}) == 160 * 6 + 8 * 8);
  CHECK(make_format("quant.mxfp")->precision() == std::vector<int64_t>{8, 4, 3, 32});
  CHECK(refused("quant.mxfp", {{"element_is_finite", false}}).find("rule: mase") != std::string::npos);
  CHECK(refused("quant.mxfp", {{"element", "e3m4"}}).find("e3m2") != std::string::npos);
  check_gradient("quant.mxfp", {{"element", "e2m1"}}, {7.9f, -1, 6}, {0, 0.75, 0.75});
}

TEST_CASE("quant.mxfp: codes, layouts, draws and bad input") {
  std::vector<Map> configs;
  for (const char* rounding : {"nearest_even", "floor", "ceil", "toward_zero", "away_from_zero", "nearest_away"})
    configs.push_back({{"element", "e3m2"}, {"rounding", rounding}, {"scale_rule", "rceil"}});
  for (const char* element : {"e4m3", "e5m2", "e2m3", "e2m1", "e1m2"}) configs.push_back({{"element", element}});
  configs.push_back({{"block_size", along(0, 8)}, {"scale_bits", 5}});
  check_codes("quant.mxfp", configs);
  check_layouts("quant.mxfp", {});
  check_bad_input("quant.mxfp");
  check_draws("quant.mxfp", {{"element", "e2m1"}});
}
