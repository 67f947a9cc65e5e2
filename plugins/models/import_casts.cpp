// Casts between integers that change no value: exporters disagree about where they stand.
#include <algorithm>

#include "import_simplify.h"

namespace models {

using mase::Argument;
using mase::Node;

namespace {

constexpr int kDeep = 32;  // operators looked through

bool is_one_of(const Node& node, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), node.mase_op) != names.end();
}

std::string_view dtype_of(const Argument& arg) {
  return arg.node->meta.common.results.at(static_cast<size_t>(arg.result)).torch_dtype;
}

bool is_int(std::string_view dtype) { return dtype == "int32" || dtype == "int64"; }

// Whether every use of the node's integers gives the same with int32 and with int64. `typed` gets those that hand the
// type on.
bool is_any_int(const mase::Graph& graph, const SizeTable& table, const Node& node, std::set<Node*>& typed, int depth) {
  for (Node* user : node.users()) {
    if (user->op_kind == mase::OpKind::output || !user->op || !user->op.name().starts_with("nn.") || depth > kDeep)
      return false;
    const std::string& result = user->meta.common.results.at(size_t{0}).torch_dtype;
    const bool is_other = !result.starts_with("int") && !result.starts_with("uint");  // floats, or a comparison
    if (is_other || is_one_of(*user, {"cast", "cumsum", "argmax"})) continue;
    const bool is_index = is_one_of(*user, {"gather", "index", "index_select"}) && user->args.at(0).node != &node;
    if (is_index || typed.contains(user)) continue;
    const bool hands_on = is_reshape(*user) ||
                          is_one_of(*user, {"add", "sub", "mul", "expand", "slice", "select", "transpose", "permute"});
    if (!hands_on || !range_of(graph, table, Argument(user))) return false;
    typed.insert(user);
    if (!is_any_int(graph, table, *user, typed, depth + 1)) return false;
  }
  return true;
}

// The type that integers have together.
std::string_view common_type(const Node& node) {
  for (const Argument& arg : node.args)
    if (arg.node && dtype_of(arg) == "int64") return "int64";
  return "int32";
}

void retype(mase::Graph& graph, const std::set<Node*>& typed) {
  for (Node* node : graph.nodes()) {
    for (size_t i = 0; i < node->args.size(); ++i)
      if (const Argument& arg = node->args[i]; arg.node && is_int(dtype_of(arg)))
        node->meta.common.args.at(i).torch_dtype = dtype_of(arg);
    if (typed.contains(node)) node->meta.common.results.at(size_t{0}).torch_dtype = common_type(*node);
  }
}

// Whether all that uses the floats made of integers is arithmetic with other such floats, which does the same with the
// integers.
bool is_cast_anyway(const Node& cast) {
  return !cast.users().empty() && std::all_of(cast.users().begin(), cast.users().end(), [&](const Node* user) {
    if (!is_one_of(*user, {"add", "sub", "mul", "div"}) || has_format(*user) || user->args.size() != 2) return false;
    const Argument& other = user->args[user->args[0].node == &cast ? 1 : 0];
    return other.node && other.node != &cast && dtype_of(other) == "float32" && !recorded_shape(other).empty();
  });
}

}  // namespace

bool merge_cast(mase::Graph& graph, SizeTable& table, Node& node) {
  // Sums of bools are integers.
  if (Node* cast = node.mase_op == "cumsum" ? plain(node.args[0], "cast") : nullptr) {
    if (has_format(node) || !cast->args[0].node || dtype_of(cast->args[0]) != "bool" || !is_int(dtype_of(node.args[0])))
      return false;
    become(graph, node, node.op, {cast->args[0]});
    return true;
  }
  if (node.mase_op != "cast" || has_format(node) || !node.args[0].node || node.args[0].result != 0) return false;
  if (is_int(dtype_of(node.args[0])) && dtype_of(Argument(&node)) == "float32" && is_cast_anyway(node)) {
    for (Node* user : std::vector<Node*>(node.users()))
      for (size_t i = 0; i < user->args.size(); ++i)
        if (user->args[i].node == &node) user->meta.common.args.at(i).torch_dtype = dtype_of(node.args[0]);
    graph.replace_all_uses(node, *node.args[0].node);
    return true;
  }
  if (!is_int(dtype_of(node.args[0])) || !is_int(dtype_of(Argument(&node)))) return false;
  std::set<Node*> typed;
  if (!range_of(graph, table, node.args[0]) || !is_any_int(graph, table, node, typed, 0)) return false;
  graph.replace_all_uses(node, *node.args[0].node);
  retype(graph, typed);
  return true;
}

}  // namespace models
