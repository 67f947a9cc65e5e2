// What is known of the integers that a node computes.
#include <ATen/ops/aminmax.h>

#include <algorithm>

#include "import_simplify.h"

namespace models {

using mase::Argument;
using mase::Node;

namespace {

constexpr int kMostAsked = 256;                 // operators looked at
constexpr int64_t kMostRead = 1 << 20;          // elements; larger constants are not looked at
constexpr int64_t kHighest = int64_t{1} << 30;  // ranges beyond it are not followed, so that int32 holds all others

using Range = IntegerRange;

bool computes(const Node& node, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), node.mase_op) != names.end();
}

std::string_view int_type_of(const Argument& arg) {
  return arg.node->meta.common.results.at(static_cast<size_t>(arg.result)).torch_dtype;
}

std::optional<Range> small_range(int64_t low, int64_t high) {
  if (low < -kHighest || high > kHighest) return std::nullopt;
  return Range{low, high};
}

std::optional<Range> range_at(const mase::Graph& graph, const SizeTable& table, const Argument& arg, int& left);

std::optional<Range> range_of_constant(const mase::Graph& graph, const Node& node) {
  const at::Tensor& values = graph.tensor(node.params.at(0).key);
  if (values.numel() == 0 || values.numel() > kMostRead || !at::isIntegralType(values.scalar_type(), false))
    return std::nullopt;
  const auto [low, high] = at::aminmax(values);
  return small_range(low.item<int64_t>(), high.item<int64_t>());
}

// The elements along the operator's axis; nothing where they grow with the batch.
std::optional<int64_t> elements_along(const SizeTable& table, const Node& node) {
  const mase::Value* dim = node.op.with().find("dim");
  const Sizes* sizes = sizes_of(table, node.args[0]);
  if (!dim || !dim->is_int() || !sizes) return std::nullopt;
  const auto rank = static_cast<int64_t>(sizes->size());
  const int64_t axis = dim->as_int() < 0 ? dim->as_int() + rank : dim->as_int();
  if (axis < 0 || axis >= rank || !(*sizes)[static_cast<size_t>(axis)].fixed()) return std::nullopt;
  return (*sizes)[static_cast<size_t>(axis)].at[0];
}

std::optional<Range> range_of_two(const Node& node, const Range& a, const Range& b) {
  if (node.mase_op == "add") return small_range(a.low + b.low, a.high + b.high);
  if (node.mase_op == "sub") return small_range(a.low - b.high, a.high - b.low);
  const auto [low, high] = std::minmax({a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high});
  return small_range(low, high);
}

std::optional<Range> range_at(const mase::Graph& graph, const SizeTable& table, const Argument& arg, int& left) {
  if (!arg.node)
    return arg.constant.is_int() ? small_range(arg.constant.as_int(), arg.constant.as_int()) : std::nullopt;
  const Node& node = *arg.node;
  if (int_type_of(arg) == "bool") return Range{0, 1};
  if (!(int_type_of(arg) == "int32" || int_type_of(arg) == "int64") || arg.result != 0 || --left < 0 ||
      has_format(node))
    return std::nullopt;
  if (node.op_kind == mase::OpKind::get_attr) return range_of_constant(graph, node);
  const auto of = [&](size_t i) { return range_at(graph, table, node.args.at(i), left); };
  if (is_reshape(node) || computes(node, {"cast", "expand", "slice", "select", "transpose", "permute"})) return of(0);
  if (node.mase_op == "cumsum") {
    const auto each = of(0);
    const auto count = elements_along(table, node);
    if (!each || !count || *count > kHighest) return std::nullopt;
    return small_range(std::min(each->low, each->low * *count), std::max(each->high, each->high * *count));
  }
  if (node.mase_op == "argmax") {
    const auto count = elements_along(table, node);
    return count ? small_range(0, *count - 1) : std::nullopt;
  }
  const auto a = computes(node, {"add", "sub", "mul"}) && node.args.size() == 2 ? of(0) : std::nullopt;
  const auto b = a ? of(1) : std::nullopt;
  return b && node.op.with().empty() ? range_of_two(node, *a, *b) : std::nullopt;
}

}  // namespace

std::optional<IntegerRange> range_of(const mase::Graph& graph, const SizeTable& table, const mase::Argument& arg) {
  int left = kMostAsked;
  return range_at(graph, table, arg, left);
}

}  // namespace models
