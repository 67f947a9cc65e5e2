// Reshapes and expands that a file writes and the graph does not need.
#include "import_simplify.h"

namespace models {

using mase::Node;

// reshape(reshape(x)) is one reshape, or none.
bool merge_reshape(mase::Graph& graph, SizeTable& table, Node& node) {
  Node* before = node.args[0].node;
  if (!is_reshape(node) || !before || !is_reshape(*before) || has_format(*before)) return false;
  const Sizes *from = sizes_of(table, before->args[0]), *to = sizes_of(table, &node);
  if (from && to && *from == *to && before->args[0].result == 0 && !has_format(node)) {
    graph.replace_all_uses(node, *before->args[0].node);
    return true;
  }
  if (only_user(*before) != &node) return false;
  const auto op = from && to ? reshape_op(*from, *to) : std::nullopt;
  if (!op && node.mase_op != "reshape") return false;
  if (op) become(node, *op);
  graph.set_argument(node, 0, before->args[0]);
  node.meta.common.args.at(size_t{0}).shape = before->meta.common.args.at(size_t{0}).shape;
  return true;
}

// An operand as large as the result makes the other one broadcast by itself.
bool drop_operand_expand(mase::Graph& graph, SizeTable& table, Node& node) {
  const bool broadcasts = node.mase_op == "add" || node.mase_op == "sub" || node.mase_op == "mul" ||
                          node.mase_op == "div" || node.mase_op == "logical_and" || node.mase_op == "where";
  const Sizes* whole = broadcasts ? sizes_of(table, &node) : nullptr;
  for (size_t i = 0; whole && i < node.args.size(); ++i) {
    Node* expand = node.args[i].node;
    if (!expand || expand->mase_op != "expand" || has_format(*expand) || !expand->args[0].node) continue;
    bool is_covered = false;
    for (size_t k = 0; k < node.args.size(); ++k) {
      const Sizes* other = k == i ? nullptr : sizes_of(table, node.args[k]);
      is_covered |= other && *other == *whole;
    }
    if (!is_covered) continue;
    graph.set_argument(node, i, mase::Argument(expand->args[0]));
    node.meta.common.args.at(i).shape = expand->meta.common.args.at(size_t{0}).shape;
    return true;
  }
  return false;
}

// Attention masks broadcast by themselves.
bool drop_expand(mase::Graph& graph, SizeTable&, Node& node) {
  if (node.mase_op != "scaled_dot_product_attention" || node.args.size() < 4) return false;
  Node* expand = node.args[3].node;
  if (!expand || expand->mase_op != "expand" || has_format(*expand) ||
      expand->meta.common.args.at(size_t{0}).shape.size() != expand->meta.common.results.at(size_t{0}).shape.size())
    return false;
  graph.set_argument(node, 3, expand->args[0]);
  node.meta.common.args.at(size_t{3}).shape = expand->meta.common.args.at(size_t{0}).shape;
  return true;
}

}  // namespace models
