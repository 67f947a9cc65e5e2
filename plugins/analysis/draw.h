// analysis.draw: the graph as a picture, laid out by Graphviz.
#pragma once
#include <mase/pass.h>

#include "draw_dot.h"

namespace mase::analysis {

class Draw final : public Pass {
 public:
  struct Config {
    std::string file_name = "graph.svg";
    Direction direction = Direction::top_to_bottom;
    bool formats = true;
    bool parameters = true;
    static void schema(Schema<Config>& s);
  };
  explicit Draw(Config config) : config_(std::move(config)) {}
  void run(Graph& graph, Context& context) override;
  bool changes_graph() const override { return false; }

 private:
  Config config_;
};

}  // namespace mase::analysis
