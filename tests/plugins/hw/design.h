// A quantized network to make hardware of, and hardware passes in a folder of their own.
#pragma once
#include "support/small_graph.h"

namespace test {

// small_graph() with 6-bit weights and 8-bit inputs: every node can become hardware.
inline mase::Graph quantized_graph() {
  mase::Graph graph = small_graph();
  quantize(graph, {{"weight", fixed(6, 4)}, {"data_in", fixed(8, 4)}}, {"fc1", "relu1", "fc2"});
  return graph;
}

// A run folder in which passes leave their files.
struct Workshop {
  TempDir dir;
  FakeContext context;
  Workshop() { context.folder = dir.path(); }
  // Runs a pass on the selected nodes; no names: on a step without `where`.
  void run(mase::Graph& graph, const char* pass, mase::Map with = {}, const std::vector<std::string>& names = {}) {
    context.use(&graph);
    context.selection = !names.empty();
    if (!names.empty()) context.nodes.clear();
    for (const std::string& name : names) context.nodes.push_back(&graph.at(name));
    registry().create<mase::Pass>(mase::Chosen(pass, std::move(with)))->run(graph, context);
  }
  std::string refusal(mase::Graph& graph, const char* pass, mase::Map with = {},
                      const std::vector<std::string>& names = {}) {
    return message([&] { run(graph, pass, std::move(with), names); });
  }
  std::string rtl(const std::string& name) const { return read(dir / ("hardware/rtl/" + name)); }
};

}  // namespace test
