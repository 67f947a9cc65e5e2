// quant.mxint_hardware: golden vectors of MASE and oracles, its formula, codes, layouts, bad input.
#include "block_support.h"

using namespace mase;

TEST_CASE("quant.mxint_hardware under rule: mase returns what MASE returns, bit for bit") {
  const auto g = test::golden("mxint_hardware", "quant.mxint_hardware", [](const nlohmann::json& p) {
    return std::optional(test::from_json(p).as_map());
  });
  if (!g) return;
  CHECK(g->wrong == 0);
  CHECK(g->cases == 0);
}
