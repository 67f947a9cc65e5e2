// analysis.add_common_metadata: shapes and types of every argument and result, from one sample.
#pragma once
#include <mase/pass.h>

namespace mase::analysis {

class AddCommonMetadata final : public Pass {
 public:
  void run(Graph& graph, Context& context) override;
  bool changes_graph() const override { return false; }
};

}  // namespace mase::analysis
