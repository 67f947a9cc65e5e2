// analysis.draw: nodes with operators, shapes and formats as an SVG.
#include "draw.h"

#include "file_name.h"
#include "graphviz.h"

namespace mase::analysis {

void Draw::Config::schema(Schema<Config>& s) {
  s.field("file_name", &Config::file_name, "name of the file in the step's folder");
  s.field("direction", &Config::direction, "where the graph flows");
  s.field("formats", &Config::formats, "show the formats of arguments, parameters and results");
  s.field("parameters", &Config::parameters, "show parameters with their shapes");
}

void Draw::run(Graph& graph, Context& context) {
  const std::string file = file_in(context, config_.file_name);
  draw_svg(dot_text(graph, {config_.direction, config_.formats, config_.parameters}), file);
  int64_t edges = 0;
  for (const Node* node : graph.nodes())
    for (const Argument& argument : node->args) edges += argument.node != nullptr;
  context.report("file", config_.file_name);
  context.report("nodes", static_cast<int64_t>(graph.nodes().size()));
  context.report("edges", edges);
  context.info("drew {} nodes to {}", graph.nodes().size(), file);
}

}  // namespace mase::analysis
