// quant.summarize: what quantization changed - a row per node, a row per operator, bits before and after.
#pragma once
#include <mase/pass.h>

namespace mase::quant {

class Summarize final : public Pass {
 public:
  void run(Graph& graph, Context& context) override;
  bool changes_graph() const override { return false; }
};

}  // namespace mase::quant
