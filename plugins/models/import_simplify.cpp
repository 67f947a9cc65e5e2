// Merging what a file writes as several nodes and our vocabulary has as one.
#include <ATen/core/Tensor.h>

#include <algorithm>
#include <cmath>

#include "import_simplify.h"
#include "mase/text.h"

namespace models {

using mase::Node;

bool has_format(const Node& node) {
  const auto any = [](const mase::TensorMetas& metas) {
    return std::any_of(metas.begin(), metas.end(), [](const auto& meta) { return bool(meta.format); });
  };
  return any(node.meta.common.args) || any(node.meta.common.results);
}

bool is_reshape(const Node& node) {
  for (const char* op : {"reshape", "flatten", "unsqueeze", "squeeze", "view"})
    if (node.mase_op == op) return true;
  return false;
}

void become(Node& node, mase::Chosen op) {
  node.mase_op = node.target = op.short_name();
  node.op = std::move(op);
  node.meta.common.mase_type = mase::mase_type_of(node);
}

const Sizes* sizes_of(const SizeTable& table, const mase::Argument& arg) {
  const auto found = arg.node ? table.find(arg.node) : table.end();
  if (found == table.end() || static_cast<size_t>(arg.result) >= found->second.size()) return nullptr;
  return &found->second[static_cast<size_t>(arg.result)];
}

const mase::Shape& recorded_shape(const mase::Argument& arg) {
  return arg.node->meta.common.results.at(static_cast<size_t>(arg.result)).shape;
}

Node* only_user(const Node& node) { return node.users().size() == 1 ? node.users()[0] : nullptr; }

Node* plain(const mase::Argument& arg, std::string_view op) {
  return arg.node && arg.result == 0 && arg.node->mase_op == op && !has_format(*arg.node) ? arg.node : nullptr;
}

bool is_same(const mase::Argument& a, const mase::Argument& b) {
  return a.node && a.node == b.node && a.result == b.result;
}

bool is_number(const mase::Argument& arg, double value) {
  return !arg.node && arg.constant.is_number() && std::fabs(arg.constant.as_double() - value) < 1e-6 * std::fabs(value);
}

void become(mase::Graph& graph, Node& node, mase::Chosen op, std::vector<mase::Argument> args) {
  mase::TensorMetas& metas = node.meta.common.args;
  metas.clear();
  for (const mase::Argument& arg : args) {
    mase::TensorMeta& meta = metas.add(mase::format("data_in_{}", metas.size()));
    if (!arg.node) continue;
    const mase::TensorMeta& from = arg.node->meta.common.results.at(static_cast<size_t>(arg.result));
    meta.shape = from.shape, meta.torch_dtype = from.torch_dtype;
  }
  become(node, std::move(op));
  graph.set_args(node, std::move(args));
}

namespace {

// not(a == b) is a != b.
bool merge_not_equal(mase::Graph& graph, Node& inverse) {
  Node* equal = plain(inverse.args[0], "eq");
  if (inverse.mase_op != "logical_not" || !equal || only_user(*equal) != &inverse || has_format(inverse)) return false;
  become(graph, inverse, mase::Chosen("nn.ne"), equal->args);
  return true;
}

// Nodes, unless they compute with parameters, that compute what an earlier one does.
bool merge_twins(mase::Graph& graph) {
  std::map<std::string, Node*> seen;  // by operator and arguments
  bool changed = false;
  for (Node* node : graph.nodes()) {
    if (!node->op || !node->params.empty() || node->args.empty() || !node->args[0].node || node->users().empty() ||
        has_format(*node))
      continue;
    std::string key = node->op.key();
    for (const mase::Argument& arg : node->args)
      key += arg.node ? mase::format(" %{}.{}", arg.node->name, arg.result) : " " + arg.constant.json();
    const auto [first, is_new] = seen.try_emplace(std::move(key), node);
    if (is_new) continue;
    graph.replace_all_uses(*node, *first->second);
    changed = true;
  }
  return changed;
}

// reshape(reshape(x)) is one reshape, or none.
bool merge_reshape(mase::Graph& graph, const SizeTable& table, Node& node) {
  Node* before = node.args[0].node;
  if (!is_reshape(node) || !before || !is_reshape(*before) || only_user(*before) != &node || has_format(*before))
    return false;
  const Sizes *from = sizes_of(table, before->args[0]), *to = sizes_of(table, &node);
  if (from && to && *from == *to && before->args[0].result == 0 && !has_format(node)) {
    graph.replace_all_uses(node, *before->args[0].node);
    return true;
  }
  const auto op = from && to ? reshape_op(*from, *to) : std::nullopt;
  if (!op && node.mase_op != "reshape") return false;
  if (op) become(node, *op);
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

// An operand as large as the result makes the other one broadcast by itself.
bool drop_operand_expand(mase::Graph& graph, const SizeTable& table, Node& node) {
  const bool broadcasts = node.mase_op == "add" || node.mase_op == "sub" || node.mase_op == "mul" ||
                          node.mase_op == "logical_and" || node.mase_op == "where";
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

void simplify(mase::Graph& graph, SizeTable sizes) {
  bool changed = true;
  while (changed) {
    changed = false;
    for (Node* node : std::vector<Node*>(graph.nodes())) {
      if (node->args.empty()) continue;
      changed |= merge_reshape(graph, sizes, *node) || merge_bias(graph, *node) || drop_expand(graph, *node) ||
                 drop_operand_expand(graph, sizes, *node) || merge_stacked_transpose(graph, *node) ||
                 merge_stacked(graph, sizes, *node) || merge_permute(graph, *node) ||
                 merge_attention(graph, sizes, *node) || merge_gelu(graph, *node) ||
                 merge_layer_norm(graph, sizes, *node) || merge_rsqrt(graph, *node) || merge_activation(graph, *node) ||
                 merge_pool(graph, *node) || merge_padding(graph, *node) || merge_not_equal(graph, *node) ||
                 merge_slices(graph, *node);
    }
    changed |= merge_twins(graph);
    const std::vector<Node*> nodes = graph.nodes();
    for (auto it = nodes.rbegin(); changed && it != nodes.rend(); ++it)
      if ((*it)->users().empty() && (*it)->op && (*it)->op_kind != mase::OpKind::output)
        sizes.erase(*it), graph.erase(**it);
  }
}

}  // namespace models
