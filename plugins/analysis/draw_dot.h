// A graph in Graphviz's language: one box per node, one edge per use of a result.
#pragma once
#include <mase/graph.h>

#include <string>

namespace mase::analysis {

enum class Direction { top_to_bottom, left_to_right };

struct Drawing {
  Direction direction = Direction::top_to_bottom;
  bool formats = true;     // of arguments, parameters and results
  bool parameters = true;  // names and shapes
};

std::string dot_text(const Graph& graph, const Drawing& drawing);

// As text in XML: markup escaped, what XML or UTF-8 forbids replaced by U+FFFD, line ends by spaces.
std::string xml_text(std::string_view text);

// Colours of nodes, by what the operator does.
const char* fill_of(const Node& node);

}  // namespace mase::analysis

namespace mase {

template <>
struct EnumNames<analysis::Direction> {
  static const std::vector<std::string>& names();
};

}  // namespace mase
