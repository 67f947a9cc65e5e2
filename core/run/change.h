// ChangeDetector: whether a step has left a graph as it was.
#pragma once
#include <string>

#include "mase/graph.h"
#include "mase/tensor.h"

namespace mase {

class ChangeDetector {
 public:
  explicit ChangeDetector(const Graph* before);  // null: everything counts as changed
  bool changed(const Graph& after) const;

 private:
  bool known_ = false;
  std::string text_;               // nodes and metadata
  std::vector<const void*> data_;  // where each tensor's values lie, and how often they were written
  std::vector<uint32_t> versions_;
  Tensors held_;  // so that no address is used again
};

// Nodes, metadata and names of tensors as one text; equal graphs give equal texts.
std::string graph_text(const Graph& graph);

}  // namespace mase
