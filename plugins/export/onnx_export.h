// A graph as an ONNX model: what export.onnx and export.qonnx share.
#pragma once
#include <mase/context.h>

#include "onnx_emit.h"

namespace mase::exporting {

// What becomes of formats: each may turn a value into another one, or be refused.
class OnnxFormats {
 public:
  virtual ~OnnxFormats() = default;
  // The value of one argument or result of `node` under its format; a new value gets the name `wanted`, if it is given.
  virtual std::string activation(OnnxWriter& out, const Node& node, const TensorMeta& tensor, const std::string& value,
                                 const std::string& wanted) = 0;
  // The value of one parameter.
  virtual std::string parameter(OnnxWriter& out, const Node& node, const Parameter& parameter,
                                const std::string& value) = 0;
};

// Adds the whole graph. Operators without counterpart: one Error that names all of their nodes.
void add_graph(OnnxWriter& out, const Graph& graph, Context& context, OnnxFormats& formats);

// "fc1 (linear), conv2 (conv2d)", the first few of many.
std::string node_list(const std::vector<std::string>& items);

}  // namespace mase::exporting
