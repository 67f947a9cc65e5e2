// The tensors of a graph as their readers see them: which format rounds each one, and what it makes of it.
#pragma once
#include <mase/format.h>
#include <mase/graph.h>
#include <mase/op.h>
#include <mase/safetensors.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mase::exporting {

// One tensor of the graph and the one format under which its nodes read it.
struct Weight {
  std::string key;
  at::Tensor tensor;                     // contiguous
  Chosen chosen;                         // the format, if there is one
  std::shared_ptr<const Format> format;  // of `chosen`
  std::optional<FixedPoint> grid;        // without a format: the accumulator's grid that it is rounded to
  QuantizeContext context;               // for `format`
  const Node* reader = nullptr;          // a node that reads it; nullptr when none does

  at::Tensor quantized() const;  // what the executor computes with, in the tensor's type
  bool has_codes() const { return format || grid; }
  Codes codes() const;  // of a format or a grid
};

// All tensors but the trainable ones of formats (steps, scales), in the graph's order. One that two nodes read in
// different formats is an Error that names all such tensors.
std::vector<Weight> weights_of(const Graph& graph, Components& components);

// Tensors as they stand, or as their formats make them.
NamedTensors state_of(const Graph& graph, Components& components, bool quantized);

// The format of one parameter of a node.
Weight weight_of(const Node& node, const Parameter& parameter, Components& components);

}  // namespace mase::exporting
