// analysis.report_graph: the graph as text, and how many nodes of each kind it has.
#pragma once
#include <mase/pass.h>

namespace mase::analysis {

class ReportGraph final : public Pass {
 public:
  struct Config {
    std::string file_name = "graph.txt";
    static void schema(Schema<Config>& s);
  };
  explicit ReportGraph(Config config) : config_(std::move(config)) {}
  void run(Graph& graph, Context& context) override;
  bool changes_graph() const override { return false; }

 private:
  Config config_;
};

}  // namespace mase::analysis
