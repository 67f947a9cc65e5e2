// What the merges ask of nodes and arguments.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "import_simplify.h"

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

const std::string& recorded_type(const mase::Argument& arg) {
  return arg.node->meta.common.results.at(static_cast<size_t>(arg.result)).torch_dtype;
}

Node* only_user(const Node& node) { return node.users().size() == 1 ? node.users()[0] : nullptr; }

int64_t field(const Node& node, const char* name, int64_t otherwise) {
  const mase::Value* value = node.op.with().find(name);
  return value && value->is_int() ? value->as_int() : otherwise;
}

Node* plain(const mase::Argument& arg, std::string_view op) {
  return arg.node && arg.result == 0 && arg.node->mase_op == op && !has_format(*arg.node) ? arg.node : nullptr;
}

bool is_same(const mase::Argument& a, const mase::Argument& b) {
  return a.node && a.node == b.node && a.result == b.result;
}

std::optional<double> number(const mase::Argument& arg) {
  if (arg.node || !arg.constant.is_number()) return std::nullopt;
  return arg.constant.as_double();
}

bool is_number(const mase::Argument& arg, double value) {
  const auto found = number(arg);
  return found && std::fabs(*found - value) < 1e-6 * std::fabs(value);
}

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

std::optional<std::pair<std::vector<int64_t>, bool>> mean_axes(const Node& node) {
  if (node.args.empty() || !node.args[0].node) return std::nullopt;
  const auto rank = static_cast<int64_t>(recorded_shape(node.args[0]).size());
  const mase::Map& with = node.op.with();
  std::vector<int64_t> axes;
  if (node.mase_op.starts_with("adaptive_avg_pool")) {
    const mase::Value* size = with.find("output_size");
    if (!size || !size->is_int() || size->as_int() != 1 || rank < 4) return std::nullopt;
    for (int64_t axis = 2; axis < rank; ++axis) axes.push_back(axis);
    return std::pair(std::move(axes), true);
  }
  const mase::Value *dims = with.find("dim"), *keeps = with.find("keepdim");
  if ((node.mase_op != "mean" && node.mase_op != "var") || !dims || !dims->is_list()) return std::nullopt;
  for (const mase::Value& axis : dims->as_list()) axes.push_back((axis.as_int() + rank) % rank);
  std::sort(axes.begin(), axes.end());
  return std::pair(std::move(axes), keeps && keeps->as_bool());
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

}  // namespace models
