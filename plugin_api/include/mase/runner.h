// Runner: computes metrics of a graph. It may also stand as a step.
#pragma once
#include "mase/component.h"
#include "mase/context.h"
#include "mase/graph.h"

namespace mase {

// What must exist before the runner can work, so that a recipe without it is refused before anything runs.
struct RunnerNeeds {
  bool dataset = false;
  bool emitted_design = false;
  bool simulation = false;
};

class Runner : public Component {
 public:
  static constexpr const char* kKind = "runner";
  virtual std::vector<MetricInfo> metrics() const = 0;
  virtual RunnerNeeds needs() const { return {}; }
  // Every declared metric by name. Further figures go through context.report.
  virtual Map run(Graph& graph, Context& context) = 0;
};

}  // namespace mase
