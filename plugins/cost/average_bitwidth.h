// cost.average_bitwidth: storage bits per weight, and per element that flows into layers.
#pragma once
#include <mase/runner.h>

namespace mase::cost {

class AverageBitwidth final : public Runner {
 public:
  std::vector<MetricInfo> metrics() const override;
  Map run(Graph& graph, Context& context) override;
};

}  // namespace mase::cost
