// Merging what a file writes as several nodes and our vocabulary has as one.
#include <ATen/core/Tensor.h>

#include <algorithm>

#include "import_simplify.h"

namespace models {

using mase::Node;

bool has_format(const Node& node) {
  const auto any = [](const mase::TensorMetas& metas) {
    return std::any_of(metas.begin(), metas.end(), [](const auto& meta) { return bool(meta.format); });
  };
  return any(node.meta.common.args) || any(node.meta.common.results);
}

Node* only_user(const Node& node) { return node.users().size() == 1 ? node.users()[0] : nullptr; }

namespace {

bool is_any(const Node& node, std::initializer_list<std::string_view> ops) {
  return std::find(ops.begin(), ops.end(), node.mase_op) != ops.end();
}

bool is_reshape(const Node& node) { return is_any(node, {"reshape", "flatten", "unsqueeze", "squeeze", "view"}); }

// reshape(reshape(x)) is reshape(x) where the later one says all of its shape.
bool merge_reshape(mase::Graph& graph, Node& node) {
  Node* before = node.args[0].node;
  if (node.mase_op != "reshape" || !before || !is_reshape(*before) || only_user(*before) != &node ||
      has_format(*before))
    return false;
  graph.set_argument(node, 0, before->args[0]);
  node.meta.common.args.at(size_t{0}).shape = before->meta.common.args.at(size_t{0}).shape;
  return true;
}

// A product without bias and the constant added to it: a layer with bias.
bool merge_bias(mase::Graph& graph, Node& add) {
  if (add.mase_op != "add" || has_format(add)) return false;
  for (const size_t side : {size_t{0}, size_t{1}}) {
    Node *layer = add.args[side].node, *constant = add.args[1 - side].node;
    if (!layer || !constant || layer->mase_op != "linear" || layer->param("bias") || only_user(*layer) != &add ||
        constant->op_kind != mase::OpKind::get_attr || has_format(*layer) || has_format(*constant))
      continue;
    const std::string key = constant->params[0].key;
    const at::Tensor& weight = graph.tensor(layer->params[0].key);
    if (graph.tensor(key).dim() != 1 || graph.tensor(key).size(0) != weight.size(0)) continue;
    mase::Map with = layer->op.with();
    with.set("bias", true);
    layer->op = mase::Chosen(layer->op.name(), std::move(with));
    layer->params.push_back({"bias", key});
    layer->meta.common.args.add("bias").shape = {weight.size(0)};
    graph.replace_all_uses(add, *layer);
    return true;
  }
  return false;
}

// Attention masks broadcast by themselves.
bool drop_expand(mase::Graph& graph, Node& node) {
  if (node.mase_op != "scaled_dot_product_attention" || node.args.size() < 4) return false;
  Node* expand = node.args[3].node;
  if (!expand || expand->mase_op != "expand" || has_format(*expand) ||
      expand->meta.common.args.at(size_t{0}).shape.size() != expand->meta.common.results.at(size_t{0}).shape.size())
    return false;
  graph.set_argument(node, 3, expand->args[0]);
  node.meta.common.args.at(size_t{3}).shape = expand->meta.common.args.at(size_t{0}).shape;
  return true;
}

}  // namespace

void simplify(mase::Graph& graph, mase::Components&) {
  bool changed = true;
  while (changed) {
    changed = false;
    for (Node* node : std::vector<Node*>(graph.nodes())) {
      if (node->args.empty()) continue;
      changed |= merge_reshape(graph, *node) || merge_bias(graph, *node) || drop_expand(graph, *node) ||
                 merge_stacked_transpose(graph, *node) || merge_attention(graph, *node) || merge_gelu(graph, *node);
    }
    const std::vector<Node*> nodes = graph.nodes();
    for (auto it = nodes.rbegin(); changed && it != nodes.rend(); ++it)
      if ((*it)->users().empty() && (*it)->op && (*it)->op_kind != mase::OpKind::output) graph.erase(**it);
  }
}

}  // namespace models
