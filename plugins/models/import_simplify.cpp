// Merging what a file writes as several nodes and our vocabulary has as one.
#include <ATen/core/Tensor.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "import_simplify.h"
#include "mase/text.h"

namespace models {

using mase::Node;

namespace {

// A product without bias and the constant added to it: a layer with bias.
bool merge_bias(mase::Graph& graph, SizeTable&, Node& add) {
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

// not(a == b) is a != b.
bool merge_not_equal(mase::Graph& graph, SizeTable&, Node& inverse) {
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

// The first that applies changes the node; then the next node is looked at, until a whole pass changes nothing.
// Shapes come first, so that the others see fewer of them; a merge that takes a part of another's pattern stands
// behind it (layer norms before variances and reciprocal roots, pools before the padding that they would take in).
using Merge = bool (*)(mase::Graph&, SizeTable&, Node&);
constexpr Merge kMerges[] = {
    merge_pixels,     merge_keepdim,    merge_pads,      merge_stack,         merge_group_norm,
    merge_reshape,    merge_bias,       drop_expand,     drop_operand_expand, merge_stacked_transpose,
    merge_stacked,    merge_permute,    merge_move,      merge_rows,          merge_swap_behind,
    merge_roll,       merge_cat,        merge_attention, merge_causal,        merge_swapped,
    merge_gelu,       merge_layer_norm, merge_rms_norm,  merge_reduction,     merge_rsqrt,
    merge_activation, merge_function,   merge_choice,    merge_pool,          merge_padding,
    merge_not_equal,  merge_select,     drop_select,     merge_slices,        merge_split,
    merge_cast,       merge_own_rows,
};

void erase_unused(mase::Graph& graph, SizeTable& sizes) {
  if (!graph.eliminate_dead_code()) return;
  const std::unordered_set<const Node*> live(graph.nodes().begin(), graph.nodes().end());
  std::erase_if(sizes, [&](const auto& entry) { return !live.contains(entry.first); });
}

}  // namespace

void simplify(mase::Graph& graph, SizeTable sizes) {
  for (bool changed = true; changed;) {
    changed = false;
    for (Node* node : std::vector<Node*>(graph.nodes()))
      changed |= !node->args.empty() && std::any_of(std::begin(kMerges), std::end(kMerges),
                                                    [&](Merge merge) { return merge(graph, sizes, *node); });
    changed |= merge_twins(graph);
    if (changed) erase_unused(graph, sizes);
  }
}

}  // namespace models
