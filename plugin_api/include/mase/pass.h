// Pass: every step of a recipe - analysis, transform, training, emission, simulation.
#pragma once
#include "mase/component.h"
#include "mase/context.h"
#include "mase/graph.h"

namespace mase {

class Pass : public Component {
 public:
  static constexpr const char* kKind = "pass";
  virtual void run(Graph& graph, Context& context) = 0;
  virtual bool changes_graph() const { return true; }             // false: later selections can be checked early
  virtual std::vector<MetricInfo> metrics() const { return {}; }  // figures it reports that are metrics
};

}  // namespace mase
