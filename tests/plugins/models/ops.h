// The operators of a graph as tests compare them.
#pragma once
#include <string>
#include <vector>

#include "mase/graph.h"

namespace test {

using Ops = std::vector<std::string>;

// In the graph's order.
inline Ops import_operators(const mase::Graph& graph) {
  Ops ops;
  for (const mase::Node* node : graph.nodes())
    if (node->op) ops.push_back(node->mase_op);
  return ops;
}

}  // namespace test
