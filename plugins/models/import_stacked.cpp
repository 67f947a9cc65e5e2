// Layers and products that a file writes for fewer axes, between reshapes: they work on all axes by themselves.
#include <algorithm>
#include <numeric>

#include "import_simplify.h"

namespace models {

using mase::Argument;
using mase::Node;

namespace {

// What a plain reshape reshapes; nothing where it is none.
const Argument* reshaped(const Argument& arg) {
  const Node* node = arg.node;
  return node && is_reshape(*node) && node->args[0].node && !has_format(*node) ? &node->args[0] : nullptr;
}

mase::Shape recorded(const Argument& arg) {
  return arg.node->meta.common.results.at(static_cast<size_t>(arg.result)).shape;
}

// `node` computes what `last` computed: the result's shape and users are those of `last`.
void takes_place_of(mase::Graph& graph, SizeTable& table, Node& node, Node& last) {
  for (size_t i = 0; i < node.args.size(); ++i) node.meta.common.args.at(i).shape = recorded(node.args[i]);
  node.meta.common.results.at(size_t{0}).shape = last.meta.common.results.at(size_t{0}).shape;
  table[&node] = table.at(&last);
  graph.replace_all_uses(last, node);
}

// reshape(linear(reshape(x))), where the second one parts the axes before the last, is linear(reshape(x)), and often
// linear(x).
bool merge_layer(mase::Graph& graph, SizeTable& table, Node& last) {
  Node* layer = last.args[0].node;
  const Argument* input = layer->mase_op == "linear" ? reshaped(layer->args[0]) : nullptr;
  if (!input) return false;
  const Sizes *before = sizes_of(table, *input), *inside = sizes_of(table, layer->args[0]),
              *outside = sizes_of(table, last.args[0]), *after = sizes_of(table, &last);
  if (!before || !inside || !outside || !after || after->empty() || after->back() != outside->back()) return false;
  Sizes expected = *after;
  expected.back() = inside->back();
  if (*before == expected) {
    graph.set_argument(*layer, 0, Argument(*input));
  } else {
    Node* reshape = layer->args[0].node;
    const auto op = reshape_op(*before, expected);
    if (!op || only_user(*reshape) != layer) return false;
    become(*reshape, *op);
    reshape->meta.common.results.at(size_t{0}).shape = last.meta.common.results.at(size_t{0}).shape;
    reshape->meta.common.results.at(size_t{0}).shape.back() = expected.back().at[0];
    table[reshape] = {expected};
  }
  takes_place_of(graph, table, *layer, last);
  return true;
}

// The same of a product of matrices, whose factors both had their axes before the last two joined.
bool merge_product(mase::Graph& graph, SizeTable& table, Node& last) {
  Node* product = last.args[0].node;
  if (product->mase_op != "matmul") return false;
  std::array<const Argument*, 2> factors{reshaped(product->args[0]), reshaped(product->args[1])};
  const Sizes* after = sizes_of(table, &last);
  if (!factors[0] || !factors[1] || !after) return false;
  std::array<const Sizes*, 2> sizes{};
  for (size_t i = 0; i < 2; ++i) {
    const Sizes* inside = sizes_of(table, product->args[i]);
    sizes[i] = sizes_of(table, *factors[i]);
    if (!sizes[i] || !inside || inside->size() != 3 || sizes[i]->size() < 3 ||
        !std::equal(inside->end() - 2, inside->end(), sizes[i]->end() - 2))
      return false;
  }
  Sizes expected = *sizes[0];
  expected.back() = sizes[1]->back();
  if (sizes[0]->size() != sizes[1]->size() || *after != expected ||
      !std::equal(sizes[0]->begin(), sizes[0]->end() - 2, sizes[1]->begin()))
    return false;
  graph.set_args(*product, {*factors[0], *factors[1]});
  takes_place_of(graph, table, *product, last);
  return true;
}

// The order of the axes that a transpose or permute makes; empty where the node is neither.
std::vector<int64_t> order_of(const Node* node) {
  if (!node || has_format(*node)) return {};
  const auto rank = static_cast<int64_t>(node->meta.common.results.at(size_t{0}).shape.size());
  const auto wrapped = [&](const mase::Value& axis) { return (axis.as_int() + rank) % rank; };
  std::vector<int64_t> order(static_cast<size_t>(rank));
  std::iota(order.begin(), order.end(), 0);
  if (node->mase_op == "transpose") {
    const mase::Value *first = node->op.with().find("dim0"), *second = node->op.with().find("dim1");
    if (!first || !second) return {};
    std::swap(order.at(static_cast<size_t>(wrapped(*first))), order.at(static_cast<size_t>(wrapped(*second))));
    return order;
  }
  const mase::Value* dims = node->mase_op == "permute" ? node->op.with().find("dims") : nullptr;
  if (!dims || dims->as_list().size() != order.size()) return {};
  for (size_t i = 0; i < order.size(); ++i) order[i] = wrapped(dims->as_list()[i]);
  return order;
}

}  // namespace

bool merge_stacked(mase::Graph& graph, SizeTable& table, Node& last) {
  if (!is_reshape(last) || has_format(last)) return false;
  Node* inner = last.args[0].node;
  if (!inner || inner->args.empty() || only_user(*inner) != &last) return false;
  return merge_layer(graph, table, last) || merge_product(graph, table, last);
}

// Axes that are moved twice.
bool merge_permute(mase::Graph& graph, Node& last) {
  const std::vector<int64_t> second = order_of(&last);
  if (second.empty()) return false;
  Node* before = last.args[0].node;
  const std::vector<int64_t> first = order_of(before);
  if (first.size() != second.size() || !before->args[0].node || only_user(*before) != &last) return false;
  std::vector<int64_t> order, moved;
  for (const int64_t axis : second) order.push_back(first[static_cast<size_t>(axis)]);
  for (size_t i = 0; i < order.size(); ++i)
    if (order[i] != static_cast<int64_t>(i)) moved.push_back(static_cast<int64_t>(i));
  if (moved.empty()) {
    if (before->args[0].result != 0) return false;
    graph.replace_all_uses(last, *before->args[0].node);
    return true;
  }
  const bool is_swap = moved.size() == 2;
  become(last, is_swap ? mase::Chosen("nn.transpose", {{"dim0", moved[0]}, {"dim1", moved[1]}})
                       : mase::Chosen("nn.permute", {{"dims", mase::Value(order)}}));
  last.meta.common.args.at(size_t{0}).shape = recorded(before->args[0]);
  graph.set_argument(last, 0, Argument(before->args[0]));
  return true;
}

}  // namespace models
