// Which tensors of a graph are trained.
#pragma once
#include <string>
#include <vector>

#include "mase/context.h"
#include "mase/graph.h"

namespace train {

struct Trainable {
  std::vector<std::string> parameters;    // of the selected nodes, their formats' trainable tensors included
  std::vector<std::string> buffers;       // of the selected nodes: training updates them
  std::vector<const mase::Node*> frozen;  // with parameters, but not selected
};

Trainable find_trainable(mase::Graph& graph, mase::Context& context);

}  // namespace train
