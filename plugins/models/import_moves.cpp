// What moves elements, as decompositions write it: ones among the axes that are moved, pixels, parts of splits.
#include <algorithm>

#include "import_simplify.h"

namespace models {

using mase::Argument;
using mase::Node;
using mase::Value;

namespace {

// The sizes that are not one, with their places.
std::vector<size_t> places_of(const Sizes& sizes) {
  std::vector<size_t> places;
  for (size_t i = 0; i < sizes.size(); ++i)
    if (sizes[i] != Size(1)) places.push_back(i);
  return places;
}

bool is_same_without_ones(const Sizes& a, const Sizes& b) {
  const auto x = places_of(a), y = places_of(b);
  return std::equal(x.begin(), x.end(), y.begin(), y.end(), [&](size_t i, size_t k) { return a[i] == b[k]; });
}

mase::Chosen moving(const std::vector<int64_t>& order) {
  std::vector<int64_t> moved;
  for (size_t i = 0; i < order.size(); ++i)
    if (order[i] != static_cast<int64_t>(i)) moved.push_back(static_cast<int64_t>(i));
  if (moved.size() == 2) return mase::Chosen("nn.transpose", {{"dim0", moved[0]}, {"dim1", moved[1]}});
  return mase::Chosen("nn.permute", {{"dims", Value(order)}});
}

template <class T>
T reordered(const T& sizes, const std::vector<int64_t>& order) {
  T result;
  for (const int64_t axis : order) result.push_back(sizes.at(static_cast<size_t>(axis)));
  return result;
}

// Whether the permutation keeps the order of all axes but those of one element.
bool moves_ones(const SizeTable& table, const Node& node, const std::vector<int64_t>& order) {
  const Sizes* from = sizes_of(table, node.args[0]);
  if (!from || from->size() != order.size()) return false;
  int64_t last = -1;
  for (const int64_t axis : order) {
    if ((*from)[static_cast<size_t>(axis)] == Size(1)) continue;
    if (axis < last) return false;
    last = axis;
  }
  return true;
}

int64_t field_in(const Node& node, const char* name, int64_t otherwise) {
  const Value* value = node.op.with().find(name);
  return value && value->is_int() ? value->as_int() : otherwise;
}

}  // namespace

// Axes of one element are not moved but put where they end up: a permutation of the others, then one reshape.
bool merge_move(mase::Graph& graph, SizeTable& table, Node& last) {
  const std::vector<int64_t> order = order_of(&last);
  if (order.empty()) return false;
  if (moves_ones(table, last, order)) {
    const Sizes* to = sizes_of(table, &last);
    const auto op = to ? reshape_op(*sizes_of(table, last.args[0]), *to) : std::nullopt;
    if (op) become(graph, last, *op, {Argument(last.args[0])});
    return op.has_value();
  }
  Node* before = last.args[0].node;
  if (!before || !is_reshape(*before) || has_format(*before) || only_user(*before) != &last) return false;
  const Argument x = before->args[0];
  const Sizes *from = sizes_of(table, x), *middle = sizes_of(table, before), *to = sizes_of(table, &last);
  if (!from || !middle || !to || !is_same_without_ones(*from, *middle) || recorded_shape(x).size() != from->size())
    return false;
  const std::vector<size_t> outer = places_of(*from), inner = places_of(*middle);
  std::vector<int64_t> moved(from->size());
  for (size_t i = 0; i < moved.size(); ++i) moved[i] = static_cast<int64_t>(i);
  size_t next = 0;
  for (const int64_t axis : order)
    if (const auto place = std::find(inner.begin(), inner.end(), static_cast<size_t>(axis)); place != inner.end())
      moved[outer[next++]] = static_cast<int64_t>(outer[static_cast<size_t>(place - inner.begin())]);
  const Sizes sizes = reordered(*from, moved), target = *to;
  const auto reshape = sizes == target ? std::nullopt : reshape_op(sizes, target);
  if (sizes != target && !reshape) return false;
  if (std::is_sorted(moved.begin(), moved.end())) {  // only ones have moved
    if (!reshape) return false;
    become(graph, last, *reshape, {x});
    return true;
  }
  if (!reshape) {
    become(graph, last, moving(moved), {x});
    return true;
  }
  const mase::TensorMeta of_x = x.node->meta.common.results.at(static_cast<size_t>(x.result));
  become(graph, *before, moving(moved), {x});
  before->meta.common.results.at(size_t{0}).shape = reordered(of_x.shape, moved);
  table[before] = {sizes};
  become(graph, last, *reshape, {Argument(before)});
  return true;
}

// A product of two swapped matrices is the swapped product of both.
bool merge_swapped(mase::Graph& graph, SizeTable& table, Node& product) {
  if (product.mase_op != "matmul" || has_format(product)) return false;
  const auto inside = [](const Argument& arg) -> const Argument* {
    const Node* node = plain(arg, "transpose");
    const std::vector<int64_t> order = node ? order_of(node) : std::vector<int64_t>();
    const size_t rank = order.size();
    const bool swaps = rank >= 2 && order[rank - 1] == static_cast<int64_t>(rank) - 2;
    return swaps && order[rank - 2] == static_cast<int64_t>(rank) - 1 ? &node->args[0] : nullptr;
  };
  const Argument *a = inside(product.args[0]), *b = inside(product.args[1]);
  const Sizes* sizes = sizes_of(table, &product);
  if (!a || !b || !sizes || recorded_shape(*a).size() != sizes->size() || recorded_shape(*b).size() != sizes->size())
    return false;
  const auto rank = static_cast<int64_t>(sizes->size());
  std::vector<int64_t> order(static_cast<size_t>(rank));
  for (int64_t i = 0; i < rank; ++i) order[static_cast<size_t>(i)] = i;
  std::swap(order[static_cast<size_t>(rank - 1)], order[static_cast<size_t>(rank - 2)]);
  Node& other = graph.insert_before(product, mase::OpKind::call_function, mase::format("{}_swapped", product.name));
  become(graph, other, mase::Chosen("nn.matmul", mase::Map(product.op.with())), {*b, *a});
  mase::TensorMeta& result = other.meta.common.results.add("data_out_0");
  result.shape = reordered(recorded_shape(&product), order), result.torch_dtype = recorded_type(&product);
  table[&other] = {reordered(*sizes, order)};
  become(graph, product, moving(order), {Argument(&other)});
  return true;
}

// reshape(permute(reshape(x))) that moves pixels into channels, or channels into pixels or among each other.
bool merge_pixels(mase::Graph& graph, SizeTable& table, Node& last) {
  if (!is_reshape(last) || has_format(last) || !last.args[0].node) return false;
  Node* permute = last.args[0].node;
  const std::vector<int64_t> order = order_of(permute);
  Node* first = order.empty() || only_user(*permute) != &last ? nullptr : permute->args[0].node;
  if (!first || !is_reshape(*first) || has_format(*first) || !first->args[0].node) return false;
  const Argument x = first->args[0];
  const Sizes *from = sizes_of(table, x), *middle = sizes_of(table, first), *to = sizes_of(table, &last);
  if (!from || !middle || !to || from->size() != 4 || to->size() != 4 || from->at(0) != to->at(0) ||
      middle->at(0) != from->at(0))
    return false;
  const auto fixed = [](const Sizes& sizes) {
    return std::all_of(sizes.begin() + 1, sizes.end(), [](const Size& n) { return n.fixed(); });
  };
  if (!fixed(*from) || !fixed(*middle) || !fixed(*to)) return false;
  const auto at = [](const Sizes& sizes, size_t i) { return sizes[i].at[0]; };
  std::optional<mase::Chosen> op;
  if (middle->size() == 6 && order == std::vector<int64_t>{0, 1, 4, 2, 5, 3}) {
    const int64_t r = at(*middle, 2);
    if (r > 1 && at(*middle, 3) == r && at(*middle, 4) == at(*from, 2) && at(*middle, 5) == at(*from, 3) &&
        at(*to, 1) == at(*middle, 1) && at(*to, 2) == at(*from, 2) * r)
      op = mase::Chosen("nn.pixel_shuffle", {{"upscale_factor", r}});
  } else if (middle->size() == 6 && order == std::vector<int64_t>{0, 1, 3, 5, 2, 4}) {
    const int64_t r = at(*middle, 3);
    if (r > 1 && at(*middle, 5) == r && at(*middle, 1) == at(*from, 1) && at(*middle, 2) * r == at(*from, 2) &&
        at(*to, 2) == at(*middle, 2) && at(*to, 3) == at(*middle, 4))
      op = mase::Chosen("nn.pixel_unshuffle", {{"downscale_factor", r}});
  } else if (middle->size() == 5 && order == std::vector<int64_t>{0, 2, 1, 3, 4}) {
    if (*from == *to && at(*middle, 1) > 1 && at(*middle, 2) > 1 && at(*middle, 3) == at(*from, 2) &&
        at(*middle, 4) == at(*from, 3))
      op = mase::Chosen("nn.channel_shuffle", {{"groups", at(*middle, 1)}});
  }
  if (!op) return false;
  become(graph, last, *op, {x});
  return true;
}

// The only element of an axis: the axis goes.
bool drop_select(mase::Graph& graph, SizeTable& table, Node& select) {
  if (select.mase_op != "select" || has_format(select)) return false;
  const int64_t dim = field_in(select, "dim", 0);
  const Sizes* from = sizes_of(table, select.args[0]);
  if (dim < 1 || !from || static_cast<size_t>(dim) >= from->size() || (*from)[static_cast<size_t>(dim)] != Size(1))
    return false;
  become(graph, select, mase::Chosen("nn.squeeze", {{"dim", dim}}), {Argument(select.args[0])});
  return true;
}

// Parts that nobody needs: the others are slices.
bool merge_split(mase::Graph& graph, SizeTable& table, Node& split) {
  if (split.mase_op != "split" || has_format(split) || !split.args[0].node) return false;
  const mase::List sizes = split.op.with().at("sizes").as_list();
  const int64_t dim = field_in(split, "dim", 0);
  std::vector<bool> is_used(sizes.size(), false);
  for (const Node* user : split.users())
    for (const Argument& arg : user->args)
      if (arg.node == &split) is_used.at(static_cast<size_t>(arg.result)) = true;
  if (dim < 1 || std::all_of(is_used.begin(), is_used.end(), [](bool used) { return used; })) return false;
  const Sizes* whole = sizes_of(table, split.args[0]);
  const std::vector<Sizes> parts = table.contains(&split) ? table.at(&split) : std::vector<Sizes>();
  if (!whole || parts.size() != sizes.size()) return false;
  const int64_t size = whole->at(static_cast<size_t>(dim)).at[0];
  int64_t start = 0;
  for (size_t i = 0; i < sizes.size(); start += sizes[i].as_int(), ++i) {
    if (!is_used[i]) continue;
    mase::Map with{{"dim", dim}, {"start", start}, {"step", int64_t{1}}};
    const int64_t end = start + sizes[i].as_int();
    if (end != size) with.set("end", end);
    Node& slice = graph.insert_before(split, mase::OpKind::call_function, mase::format("{}_{}", split.name, i));
    become(graph, slice, mase::Chosen("nn.slice", std::move(with)), {split.args[0]});
    mase::TensorMeta& result = slice.meta.common.results.add("data_out_0");
    result.shape = split.meta.common.results.at(i).shape,
    result.torch_dtype = split.meta.common.results.at(i).torch_dtype;
    table[&slice] = {parts[i]};
    for (Node* user : std::vector<Node*>(split.users()))
      for (size_t k = 0; k < user->args.size(); ++k)
        if (is_same(user->args[k], Argument(&split, static_cast<int>(i))))
          graph.set_argument(*user, k, Argument(&slice));
  }
  return true;
}

}  // namespace models
