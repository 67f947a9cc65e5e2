// quant.mxint: golden vectors of MASE and oracles, its formula, codes, layouts, bad input.
#include "block_support.h"

using namespace mase;

TEST_CASE("quant.mxint under rule: mase returns what MASE returns, bit for bit") {
  const auto g = test::golden("mxint", "quant.mxint", [](const nlohmann::json& p) -> std::optional<Map> {
    if (p.at("quantile_search")) return {};  // informative only
    return Map{{"width", p.at("element_bits").get<int>()},
               {"scale_bits", p.at("scale_bits").get<int>()},
               {"block_size", Map{{"axis", p.at("block_dim").get<int>()}, {"size", p.at("block_size").get<int>()}}}};
  });
  if (!g) return;
  CHECK(g->wrong == 0);
  CHECK(g->cases == 0);
}
