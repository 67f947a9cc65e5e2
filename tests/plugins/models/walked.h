// Graphs that the importers' builder makes, walked by hand.
#pragma once
#include "ops.h"
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

inline Ops ops_of(std::vector<std::optional<int64_t>> shape, const std::function<Wire(ImportBuilder&, Wire)>& body) {
  return import_operators(built(one_input(std::move(shape), body)));
}

}  // namespace test
