// cost.parameters: how many numbers training adjusts.
#pragma once
#include <mase/runner.h>

namespace mase::cost {

class Parameters final : public Runner {
 public:
  std::vector<MetricInfo> metrics() const override;
  Map run(Graph& graph, Context& context) override;
};

}  // namespace mase::cost
