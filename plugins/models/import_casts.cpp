// Casts between integers that change no value: exporters disagree about where they stand.
#include <ATen/ops/aminmax.h>

#include <algorithm>

#include "import_simplify.h"

namespace models {

using mase::Argument;
using mase::Node;

namespace {

constexpr int kDeep = 32;                    // operators looked through
constexpr int64_t kMostSeen = 1 << 20;       // elements; larger constants are not looked at
constexpr int64_t kMost = int64_t{1} << 30;  // ranges beyond it are not followed, so that int32 holds all others

using Names = std::initializer_list<std::string_view>;

bool is_one_of(const Node& node, Names names) {
  return std::find(names.begin(), names.end(), node.mase_op) != names.end();
}

std::string_view dtype_of(const Argument& arg) {
  return arg.node->meta.common.results.at(static_cast<size_t>(arg.result)).torch_dtype;
}

bool is_int(std::string_view dtype) { return dtype == "int32" || dtype == "int64"; }

struct Range {
  int64_t low = 0, high = 0;
};

std::optional<Range> bounded(int64_t low, int64_t high) {
  if (low < -kMost || high > kMost) return std::nullopt;
  return Range{low, high};
}

std::optional<Range> range_of(const mase::Graph& graph, const SizeTable& table, const Argument& arg, int depth);

std::optional<Range> range_of_constant(const mase::Graph& graph, const Node& node) {
  const at::Tensor& values = graph.tensor(node.params.at(0).key);
  if (values.numel() == 0 || values.numel() > kMostSeen || !at::isIntegralType(values.scalar_type(), false))
    return std::nullopt;
  const auto [low, high] = at::aminmax(values);
  return bounded(low.item<int64_t>(), high.item<int64_t>());
}

// How many elements a running sum adds at most; nothing where the axis grows with the batch.
std::optional<int64_t> summed(const SizeTable& table, const Node& node) {
  const mase::Value* dim = node.op.with().find("dim");
  const Sizes* sizes = sizes_of(table, node.args[0]);
  if (!dim || !dim->is_int() || !sizes) return std::nullopt;
  const auto rank = static_cast<int64_t>(sizes->size());
  const int64_t axis = dim->as_int() < 0 ? dim->as_int() + rank : dim->as_int();
  if (axis < 0 || axis >= rank || !(*sizes)[static_cast<size_t>(axis)].fixed()) return std::nullopt;
  return (*sizes)[static_cast<size_t>(axis)].at[0];
}

std::optional<Range> range_of_two(const Node& node, const Range& a, const Range& b) {
  if (node.mase_op == "add") return bounded(a.low + b.low, a.high + b.high);
  if (node.mase_op == "sub") return bounded(a.low - b.high, a.high - b.low);
  const auto [low, high] = std::minmax({a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high});
  return bounded(low, high);
}

std::optional<Range> range_of(const mase::Graph& graph, const SizeTable& table, const Argument& arg, int depth) {
  if (!arg.node) return arg.constant.is_int() ? bounded(arg.constant.as_int(), arg.constant.as_int()) : std::nullopt;
  const Node& node = *arg.node;
  if (dtype_of(arg) == "bool") return Range{0, 1};
  if (!is_int(dtype_of(arg)) || arg.result != 0 || depth > kDeep || has_format(node)) return std::nullopt;
  if (node.op_kind == mase::OpKind::get_attr) return range_of_constant(graph, node);
  const auto of = [&](size_t i) { return range_of(graph, table, node.args.at(i), depth + 1); };
  if (is_reshape(node) || is_one_of(node, {"cast", "expand", "slice", "select", "transpose", "permute"})) return of(0);
  if (node.mase_op == "cumsum") {
    const auto each = of(0);
    const auto count = summed(table, node);
    if (!each || !count || *count > kMost) return std::nullopt;
    return bounded(std::min(each->low, each->low * *count), std::max(each->high, each->high * *count));
  }
  const auto a = is_one_of(node, {"add", "sub", "mul"}) && node.args.size() == 2 ? of(0) : std::nullopt;
  const auto b = a ? of(1) : std::nullopt;
  return b && node.op.with().empty() ? range_of_two(node, *a, *b) : std::nullopt;
}

// Whether every use of the node's integers gives the same with int32 and with int64. `typed` gets those that hand the
// type on.
bool is_any_int(const mase::Graph& graph, const SizeTable& table, const Node& node, std::set<Node*>& typed, int depth) {
  for (Node* user : node.users()) {
    if (user->op_kind == mase::OpKind::output || !user->op || !user->op.name().starts_with("nn.") || depth > kDeep)
      return false;
    const std::string& result = user->meta.common.results.at(size_t{0}).torch_dtype;
    const bool is_other = !result.starts_with("int") && !result.starts_with("uint");  // floats, or a comparison
    if (is_other || is_one_of(*user, {"cast", "cumsum"})) continue;
    const bool is_index = is_one_of(*user, {"gather", "index", "index_select"}) && user->args.at(0).node != &node;
    if (is_index || typed.contains(user)) continue;
    const bool hands_on = is_reshape(*user) ||
                          is_one_of(*user, {"add", "sub", "mul", "expand", "slice", "select", "transpose", "permute"});
    if (!hands_on || !range_of(graph, table, Argument(user), 0)) return false;
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
  if (!is_int(dtype_of(node.args[0])) || !is_int(dtype_of(Argument(&node)))) return false;
  std::set<Node*> typed;
  if (!range_of(graph, table, node.args[0], 0) || !is_any_int(graph, table, node, typed, 0)) return false;
  graph.replace_all_uses(node, *node.args[0].node);
  retype(graph, typed);
  return true;
}

}  // namespace models
