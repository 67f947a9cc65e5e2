// quant.mxfp: golden vectors of MASE and oracles, its formula, codes, layouts, bad input.
#include "block_support.h"

using namespace mase;

namespace {

Map mase_fields(const nlohmann::json& p) {
  const std::string mode = p.at("round_mode");
  return {{"element", "e" + std::to_string(p.at("element_exp_bits").get<int>()) + "m" +
                          std::to_string(p.at("element_frac_bits").get<int>())},
          {"element_is_finite", p.at("element_is_finite").get<bool>()},
          {"rounding", mode == "rn" ? "nearest_even" : mode == "ru" ? "away_from_zero" : "toward_zero"},
          {"block_size", Map{{"axis", p.value("block_dim", -1)}, {"size", p.at("block_size").get<int>()}}}};
}

}  // namespace

TEST_CASE("quant.mxfp under rule: mase returns what MASE returns, bit for bit") {
  const auto g = test::golden("mxfp", "quant.mxfp", [](const nlohmann::json& p) -> std::optional<Map> {
    if (p.at("quantile_search")) return {};  // informative only
    return mase_fields(p);
  });
  if (!g) return;
  CHECK(g->wrong == 0);
  CHECK(g->cases == 0);
}
