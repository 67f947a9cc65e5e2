// Axes that are moved more than once.
#include <algorithm>

#include "import_simplify.h"

namespace models {

using mase::Argument;
using mase::Node;

namespace {

// The operator that puts axes into this order; nothing where it is theirs.
std::optional<mase::Chosen> order_op(const std::vector<int64_t>& order) {
  std::vector<int64_t> moved;
  for (size_t i = 0; i < order.size(); ++i)
    if (order[i] != static_cast<int64_t>(i)) moved.push_back(static_cast<int64_t>(i));
  if (moved.empty()) return std::nullopt;
  if (moved.size() == 2) return mase::Chosen("nn.transpose", {{"dim0", moved[0]}, {"dim1", moved[1]}});
  return mase::Chosen("nn.permute", {{"dims", mase::Value(order)}});
}

template <class T>
void swap_last(std::vector<T>& list) {
  std::swap(list[list.size() - 1], list[list.size() - 2]);
}

}  // namespace

// Axes that are moved twice.
bool merge_permute(mase::Graph& graph, SizeTable&, Node& last) {
  const std::vector<int64_t> second = order_of(&last);
  if (second.empty()) return false;
  Node* before = last.args[0].node;
  const std::vector<int64_t> first = order_of(before);
  if (first.size() != second.size() || !before->args[0].node) return false;
  std::vector<int64_t> order;
  for (const int64_t axis : second) order.push_back(first[static_cast<size_t>(axis)]);
  const auto op = order_op(order);
  if (!op) {
    if (before->args[0].result != 0) return false;
    graph.replace_all_uses(last, *before->args[0].node);
    return true;
  }
  become(last, *op);
  last.meta.common.args.at(size_t{0}).shape = recorded_shape(before->args[0]);
  graph.set_argument(last, 0, Argument(before->args[0]));
  return true;
}

// swap(reshape(permute(x))), where the reshape leaves the last two axes alone and the swap exchanges these, is
// reshape(permute(x)) with another order.
bool merge_swap_behind(mase::Graph& graph, SizeTable& table, Node& swap) {
  if (swap.mase_op != "transpose") return false;
  std::vector<int64_t> ends = order_of(&swap);
  Node* reshape = plain(swap.args[0], "reshape");
  Node* moved = reshape && only_user(*reshape) == &swap ? reshape->args[0].node : nullptr;
  std::vector<int64_t> order = order_of(moved);
  if (ends.size() < 2 || order.size() < 2 || only_user(*moved) != reshape || has_format(*moved)) return false;
  swap_last(ends);
  if (order_op(ends)) return false;
  const Sizes *inside = sizes_of(table, moved), *outside = sizes_of(table, reshape);
  if (!inside || !outside || !std::equal(inside->end() - 2, inside->end(), outside->end() - 2)) return false;
  Sizes from = *inside, to = *outside;
  swap_last(from), swap_last(to), swap_last(order);
  const auto op = order_op(order), reshaping = reshape_op(from, to);
  if (!op || !reshaping) return false;
  become(*moved, *op), become(*reshape, *reshaping);
  for (Node* node : {moved, reshape}) swap_last(node->meta.common.results.at(size_t{0}).shape);
  reshape->meta.common.args.at(size_t{0}).shape = recorded_shape(Argument(moved));
  table[moved] = {from}, table[reshape] = {to};
  graph.replace_all_uses(swap, *reshape);
  return true;
}

}  // namespace models
