// Graphs that the importers' builder makes, walked by hand.
#pragma once
#include "plugins/models/import.h"
#include "support/fake_context.h"

namespace test {

using namespace models;

using Walk = std::function<void(ImportBuilder&)>;

inline mase::Graph built(const Walk& walk, ImportFields fields = {}) {
  FakeContext context;
  fields.file.name = "net.onnx";
  mase::Graph graph = import_graph(fields, context, "test", walk);
  graph.check();
  return graph;
}

inline std::vector<std::string> import_operators(const mase::Graph& graph) {
  std::vector<std::string> ops;
  for (const mase::Node* node : graph.nodes())
    if (node->op) ops.push_back(node->mase_op);
  return ops;
}

inline at::Tensor run(mase::Graph& graph, mase::Tensors inputs) {
  return mase::Executor(graph, registry()).run(inputs).at(0);
}

// A network of one input "x" with an open batch (or the given one) and one output "y".
inline Walk one_input(std::vector<std::optional<int64_t>> shape,
                      const std::function<Wire(ImportBuilder&, Wire)>& body) {
  return [=](ImportBuilder& b) {
    const Wire x = b.inputs({{"x", shape, at::kFloat}}).at("x");
    b.output("y", body(b, x));
  };
}

inline std::vector<std::string> ops_of(std::vector<std::optional<int64_t>> shape,
                                       const std::function<Wire(ImportBuilder&, Wire)>& body) {
  return import_operators(built(one_input(std::move(shape), body)));
}

using Ops = std::vector<std::string>;

}  // namespace test
