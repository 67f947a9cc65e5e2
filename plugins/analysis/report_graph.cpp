// analysis.report_graph: FX's listing of a graph followed by MASE's counts.
#include "report_graph.h"

#include <mase/output.h>
#include <mase/text.h>

#include "file_name.h"

namespace mase::analysis {
namespace {

std::string argument_text(const Argument& a) {
  if (!a.node) return a.constant.brief();
  return "%" + a.node->name + (a.result > 0 ? "[" + std::to_string(a.result) + "]" : "");
}

std::string arguments_text(const Node& node) {
  std::string text;
  for (const Argument& a : node.args) text += (text.empty() ? "" : ", ") + argument_text(a);
  return text;
}

std::string returned(const Node& node) {
  std::string text = arguments_text(node);
  std::erase(text, '%');
  return node.args.size() == 1 ? text : "(" + text + ")";
}

// As torch.fx prints it: "%fc1 : [num_users=1] = call_module[target=fc1](args = (%x,))".
std::string line_of(const Node& node) {
  const std::string kind = EnumNames<OpKind>::names().at(static_cast<size_t>(node.op_kind));
  if (node.op_kind == OpKind::output) return format("    return {}\n", returned(node));
  const std::string head = format("    %{} : [num_users={}] = {}[target={}]", node.name, node.users().size(), kind,
                                  node.target.empty() ? node.name : node.target);
  if (node.op_kind == OpKind::placeholder) return head + "\n";
  return format("{}(args = ({}{}))\n", head, arguments_text(node), node.args.size() == 1 ? "," : "");
}

// Its attributes as they were chosen: "linear(in_features=16, out_features=5)".
std::string layer_text(const Node& node) {
  std::string attributes;
  for (const Entry& e : node.op.with()) attributes += (attributes.empty() ? "" : ", ") + e.key + "=" + e.value.brief();
  return format("{}({})", node.mase_op, attributes);
}

std::string counts_text(const std::vector<int64_t>& counts) {
  std::string text = "Network overview:\n{";
  const auto& names = EnumNames<OpKind>::names();
  for (size_t i = 0; i < counts.size(); ++i) text += format("{}'{}': {}", i ? ", " : "", names[i], counts[i]);
  return text + "}\n";
}

}  // namespace

void ReportGraph::Config::schema(Schema<Config>& s) {
  s.field("file_name", &Config::file_name, "name of the file in the step's folder");
}

void ReportGraph::run(Graph& graph, Context& context) {
  const auto& kinds = EnumNames<OpKind>::names();
  std::vector<int64_t> counts(kinds.size());
  Map types;
  std::string text = "graph():\n", layers = "Layer types:\n";
  for (const Node* node : graph.nodes()) {
    ++counts[static_cast<size_t>(node->op_kind)];
    text += line_of(*node);
    if (node->op_kind != OpKind::call_module) continue;
    layers += format("  {}: {}\n", node->target.empty() ? node->name : node->target, layer_text(*node));
    Value& count = types[node->mase_op];
    count = count.is_null() ? 1 : count.as_int() + 1;
  }
  text += "\n" + counts_text(counts) + layers;
  write_file(file_in(context, config_.file_name), text);
  context.log_info(text);
  for (size_t i = 0; i < kinds.size(); ++i) context.report(kinds[i], counts[i]);
  context.report("layer_types", types);
}

}  // namespace mase::analysis
