// The graph in Graphviz's language. Labels are its HTML-like ones: only there every character can be written.
#include "draw_dot.h"

#include <mase/text.h>

#include <algorithm>
#include <cctype>

namespace mase {

const std::vector<std::string>& EnumNames<analysis::Direction>::names() {
  static const std::vector<std::string> names = {"top_to_bottom", "left_to_right"};
  return names;
}

namespace analysis {
namespace {

constexpr size_t kLongest = 60;  // bytes of a name; more would make the picture as wide as the name
constexpr const char* kReplacement = "\xEF\xBF\xBD";

// How many bytes the UTF-8 character at `i` has; 0 when it is none, or one that XML has no place for.
size_t character_length(std::string_view text, size_t i) {
  const auto byte = [&](size_t k) { return k < text.size() ? static_cast<unsigned char>(text[k]) : 0u; };
  const unsigned first = byte(i);
  const size_t length = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : first >> 3 == 30 ? 4 : 0;
  if (length == 0 || (length == 1 && (first < 0x20 || first == 0x7f))) return 0;
  if (length == 1) return 1;
  unsigned code = first & (0x7fu >> length);
  for (size_t k = 1; k < length; ++k) {
    if (byte(i + k) >> 6 != 2) return 0;
    code = code << 6 | (byte(i + k) & 0x3fu);
  }
  constexpr unsigned kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code < 0xE000;
  const bool forbidden = code < 0xA0 || code == 0xFFFE || code == 0xFFFF || code > 0x10FFFF;
  return code < kLeast[length] || surrogate || forbidden ? 0 : length;
}

std::string shortened(std::string text) {
  if (text.size() <= kLongest) return text;
  size_t cut = kLongest;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
  return text.substr(0, cut) + "...";
}

std::string shape_text(const std::vector<int64_t>& shape) {
  std::string text;
  for (const int64_t n : shape) text += format("{}{}", text.empty() ? "" : ", ", n);
  return "[" + text + "]";
}

// "integer Q4.4"; formats that are no grid say MASE's list instead: "mxint [8, 4]". Empty without a format.
std::string format_text(const TensorMeta& tensor) {
  if (!tensor.format) return {};
  const std::string name(tensor.format.short_name());
  if (tensor.point()) return name + " " + tensor.point()->str();
  return name + " " + shape_text(tensor.precision());
}

std::string row(const std::string& text, int size, const char* colour, bool bold = false) {
  return format("<TR><TD><FONT POINT-SIZE=\"{}\" COLOR=\"{}\">{}{}{}</FONT></TD></TR>", size, colour, bold ? "<B>" : "",
                xml_text(shortened(text)), bold ? "</B>" : "");
}

std::string operator_text(const Node& node) {
  const std::string& op = node.mase_op.empty() ? EnumNames<OpKind>::names()[size_t(node.op_kind)] : node.mase_op;
  std::string results;
  for (const TensorMeta& r : node.meta.common.results) results += (results.empty() ? " " : ", ") + shape_text(r.shape);
  return node.op_kind == OpKind::output ? op : op + results;
}

// One line for each argument, parameter and result that the drawing shows something of.
std::string tensor_rows(const Node& node, const Drawing& drawing) {
  std::string rows;
  const auto line = [&](const TensorMeta& t, bool with_shape) {
    const std::string format_of = drawing.formats ? format_text(t) : std::string();
    if (format_of.empty() && !with_shape) return;
    const std::string shape = with_shape ? " " + shape_text(t.shape) : "";
    rows +=
        row(t.name + shape + (format_of.empty() ? "" : ": " + format_of), 9, format_of.empty() ? "#606060" : "#7a1f8a");
  };
  for (const TensorMeta& t : node.meta.common.args) line(t, drawing.parameters && node.param(t.name));
  for (const TensorMeta& t : node.meta.common.results) line(t, false);
  return rows;
}

std::string constants_row(const Node& node) {
  std::string text;
  for (const Argument& a : node.args)
    if (!a.node) text += (text.empty() ? "" : ", ") + a.constant.brief();
  return text.empty() ? "" : row("constants: " + text, 9, "#606060");
}

// Becomes the <title> in the picture. Identifiers are themselves; nothing else may stand in the file unquoted.
std::string id_of(const Node& node) {
  const bool plain = !node.name.empty() && std::all_of(node.name.begin(), node.name.end(), [](unsigned char c) {
    return c < 0x80 && (std::isalnum(c) || c == '_');
  });
  return plain ? format("\"{}\"", node.name) : format("\"node {}\"", node.index());
}

std::string node_text(const Node& node, const Drawing& drawing) {
  const bool end = node.op_kind == OpKind::placeholder || node.op_kind == OpKind::output;
  std::string label = row(node.name, 12, "#000000", true) + row(operator_text(node), 10, "#303030");
  label += constants_row(node) + tensor_rows(node, drawing);
  return format(
      "  {} [shape={}, style=\"{}\", fillcolor=\"{}\", tooltip=\"\", "
      "label=<<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"1\">{}</TABLE>>];\n",
      id_of(node), end ? "octagon" : "box", end ? "filled,bold" : "filled,rounded", fill_of(node), label);
}

std::string edge_text(const Argument& argument, const Node& user) {
  const TensorMetas& results = argument.node->meta.common.results;
  const size_t result = static_cast<size_t>(argument.result);
  std::string label = result < results.size() ? shape_text(results[result].shape) : "";
  if (results.size() > 1) label = format("{}: {}", result, label);
  return format("  {} -> {} [label=<{}>];\n", id_of(*argument.node), id_of(user),
                label.empty() ? " " : xml_text(label));
}

}  // namespace

std::string xml_text(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const size_t length = character_length(text, i);
    const char c = text[i];
    if (c == '\n' || c == '\r' || c == '\t') {
      out += ' ';
    } else if (length == 0) {
      out += kReplacement;
    } else if (c == '&' || c == '<' || c == '>' || c == '"' || c == '\'') {
      out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : "&#39;";
    } else {
      out += text.substr(i, length);
    }
    i += std::max<size_t>(length, 1);
  }
  return out;
}

std::string dot_text(const Graph& graph, const Drawing& drawing) {
  std::string text = format(
      "digraph {{\n  graph [rankdir={}, bgcolor=white, nodesep=0.3, ranksep=0.35, label=<{}>, labelloc=t, "
      "fontname=Helvetica];\n"
      "  node [fontname=Helvetica, color=\"#606060\"];\n"
      "  edge [fontname=Helvetica, fontsize=9, fontcolor=\"#606060\", color=\"#606060\", arrowsize=0.7];\n",
      drawing.direction == Direction::left_to_right ? "LR" : "TB",
      graph.name.empty() ? " " : xml_text(shortened(graph.name)));
  for (const Node* node : graph.nodes()) text += node_text(*node, drawing);
  for (const Node* node : graph.nodes())
    for (const Argument& argument : node->args)
      if (argument.node) text += edge_text(argument, *node);
  return text + "}\n";
}

}  // namespace analysis
}  // namespace mase
