// Group norms as older exporters write them, stacks as decompositions write them, and rows picked of moved axes.
#include <ATen/core/Tensor.h>
#include <ATen/ops/all.h>
#include <ATen/ops/eq.h>

#include <algorithm>

#include "import_simplify.h"

namespace models {

using mase::Argument;
using mase::Node;

namespace {

bool is_full_of(const mase::Graph& graph, const Node& node, const char* param, double value) {
  const mase::Parameter* p = node.param(param);
  return !p || graph.tensor(p->key).eq(value).all().item<bool>();
}

// The constant of one number for each channel that the only user of `node` combines with it, and that user.
std::pair<Node*, const Node*> channel_step(const mase::Graph& graph, const Node& node, std::string_view op,
                                           int64_t channels, size_t rank) {
  Node* user = only_user(node);
  if (!user || user->mase_op != op || has_format(*user)) return {};
  const Node* constant = user->args[user->args[0].node == &node ? 1 : 0].node;
  if (!constant || constant->op_kind != mase::OpKind::get_attr || has_format(*constant)) return {};
  const at::Tensor& t = graph.tensor(constant->params[0].key);
  const auto place = t.dim() + 1 - static_cast<int64_t>(rank);  // of the channels
  if (t.numel() != channels || place < 0 || place >= t.dim() || t.size(place) != channels) return {};
  return {user, constant};
}

std::string vector_key(mase::Graph& graph, const Node& constant, const Node& last, const char* name) {
  const std::string& key = constant.params[0].key;
  const at::Tensor& t = graph.tensor(key);
  if (t.dim() == 1) return key;
  const std::string flat = mase::format("{}.{}", last.name, name);
  graph.set_tensor(flat, t.reshape({-1}));
  return flat;
}

// A group norm of `x` in place of `norm`, whose only user multiplies the channels with constants that another adds to.
bool affine_group_norm(mase::Graph& graph, SizeTable& table, Node& norm, const Argument& x, mase::Map with) {
  const mase::Shape shape = recorded_shape(x);
  const int64_t channels = shape.at(1);
  const auto [scaled, weight] = channel_step(graph, norm, "mul", channels, shape.size());
  const auto [moved, bias] =
      scaled ? channel_step(graph, *scaled, "add", channels, shape.size()) : std::pair<Node*, const Node*>();
  if (!moved) return false;
  const std::vector<mase::Parameter> params{{"weight", vector_key(graph, *weight, *moved, "weight")},
                                            {"bias", vector_key(graph, *bias, *moved, "bias")}};
  Node& node = graph.insert_before(*moved, mase::OpKind::call_module, moved->name,
                                   mase::Chosen("nn.group_norm", std::move(with)), {x});
  node.target = params[0].key.substr(0, std::min(params[0].key.rfind('.'), params[0].key.size()));
  node.meta.common.args.add(mase::argument_name(node, 0)).shape = shape;
  mase::TensorMeta& result = node.meta.common.results.add("data_out_0");
  result.shape = recorded_shape(moved), result.torch_dtype = moved->meta.common.results[0].torch_dtype;
  for (const mase::Parameter& p : params) node.meta.common.args.add(p.name).shape = {channels};
  node.params = params;
  node.meta.common.mase_type = mase::mase_type_of(node);
  table[&node] = table.at(moved);
  graph.replace_all_uses(*moved, node);
  return true;
}

// Without an affine map or statistics of its own.
bool is_plain_instance_norm(const mase::Graph& graph, const Node& norm) {
  return norm.mase_op.starts_with("instance_norm") && !norm.param("running_mean") &&
         is_full_of(graph, norm, "weight", 1) && is_full_of(graph, norm, "bias", 0);
}

}  // namespace

// instance_norm1d of groups of channels in one row each, reshaped back, and what channels are multiplied with and
// added.
bool merge_group_norm(mase::Graph& graph, SizeTable& table, Node& reshape) {
  const auto eps_of = [](const Node& norm, mase::Map with) {
    if (const mase::Value* eps = norm.op.with().find("eps")) with.set("eps", *eps);
    return with;
  };
  // As many groups as channels.
  if (is_plain_instance_norm(graph, reshape) && !has_format(reshape)) {
    const Sizes* sizes = sizes_of(table, reshape.args[0]);
    if (!sizes || sizes->size() < 3 || !sizes->at(1).fixed()) return false;
    const int64_t all = sizes->at(1).at[0];
    return affine_group_norm(graph, table, reshape, reshape.args[0],
                             eps_of(reshape, {{"num_groups", all}, {"num_channels", all}}));
  }
  if (!is_reshape(reshape) || has_format(reshape)) return false;
  const Node* norm = plain(reshape.args[0], "instance_norm1d");
  Node* first = norm ? norm->args[0].node : nullptr;
  if (!first || !is_reshape(*first) || has_format(*first) || !is_plain_instance_norm(graph, *norm)) return false;
  const Argument x = first->args[0];
  const Sizes *from = sizes_of(table, x), *rows = sizes_of(table, first), *to = sizes_of(table, &reshape);
  if (!from || !rows || !to || *from != *to || from->size() < 2 || rows->size() != 3 || rows->at(0) != from->at(0) ||
      !from->at(1).fixed() || !rows->at(1).fixed())
    return false;
  const int64_t channels = from->at(1).at[0], groups = rows->at(1).at[0];
  if (groups < 1 || channels % groups != 0) return false;
  mase::Map with = eps_of(*norm, {{"num_groups", groups}, {"num_channels", channels}});
  if (affine_group_norm(graph, table, reshape, x, with)) return true;
  with.set("affine", false);
  become(graph, reshape, mase::Chosen("nn.group_norm", std::move(with)), {x});
  return true;
}

// cat of values that got an axis for it, or with the joined axis parted again.
bool merge_stack(mase::Graph& graph, SizeTable& table, Node& last) {
  if (has_format(last)) return false;
  const bool parts = is_reshape(last);
  const Node* cat = parts ? plain(last.args[0], "cat") : last.mase_op == "cat" ? &last : nullptr;
  if (!cat || (parts && only_user(*cat) != &last)) return false;
  const int64_t dim = cat->op.with().at("dim").as_int();
  std::vector<Argument> args;
  const Sizes* whole = sizes_of(table, cat->args[0]);
  for (const Argument& arg : cat->args) {
    const Sizes* sizes = sizes_of(table, arg);
    if (!sizes || !whole || *sizes != *whole) return false;
    const Node* unsqueeze = parts ? nullptr : plain(arg, "unsqueeze");
    if (!parts && (!unsqueeze || unsqueeze->op.with().at("dim").as_int() != dim || !unsqueeze->args[0].node))
      return false;
    args.push_back(parts ? arg : unsqueeze->args[0]);
  }
  if (args.size() < 2 || dim < 0) return false;
  if (parts) {
    Sizes sizes = *whole;
    sizes.insert(sizes.begin() + dim, Size(static_cast<int64_t>(args.size())));
    const Sizes* to = sizes_of(table, &last);
    if (!to || *to != sizes) return false;
  }
  become(graph, last, mase::Chosen("nn.stack", {{"dim", dim}}), std::move(args));
  return true;
}

// Rows of moved axes are picked before they move, also where others need the moved axes.
bool merge_rows(mase::Graph& graph, SizeTable& table, Node& last) {
  if (last.mase_op != "index_select" || has_format(last) || !last.args[1].node) return false;
  const Node* moves = last.args[0].node;
  const std::vector<int64_t> order = order_of(moves);
  const Sizes *after = sizes_of(table, &last), *index = sizes_of(table, last.args[1]);
  const int64_t dim = last.op.with().at("dim").as_int();
  if (order.empty() || !after || !index || index->size() != 1 || dim < 0 || after->size() != order.size()) return false;
  const Argument x = moves->args[0];
  const int64_t place = order.at(static_cast<size_t>(dim));
  const mase::Chosen moving = moves->op;
  Node& rows = graph.insert_before(last, mase::OpKind::call_function, mase::format("{}_rows", last.name));
  become(graph, rows, mase::Chosen("nn.index_select", {{"dim", place}}), {x, last.args[1]});
  mase::TensorMeta& result = rows.meta.common.results.add("data_out_0");
  const mase::Shape shape = recorded_shape(&last);
  Sizes sizes(order.size());
  result.shape.resize(order.size()), result.torch_dtype = last.meta.common.results[0].torch_dtype;
  for (size_t i = 0; i < order.size(); ++i) {
    sizes[static_cast<size_t>(order[i])] = (*after)[i];
    result.shape[static_cast<size_t>(order[i])] = shape[i];
  }
  table[&rows] = {sizes};
  become(graph, last, moving, {Argument(&rows)});
  return true;
}

}  // namespace models
