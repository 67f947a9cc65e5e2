// Normalizations as older exporters write them: the mean taken off, divided by the root of the variance, then weight
// and bias.
#include <ATen/core/Tensor.h>

#include <algorithm>

#include "import_simplify.h"

namespace models {

using mase::Argument;
using mase::Node;

namespace {

// How many of the last axes a mean is taken over, keeping them as ones; 0 where it is another mean.
size_t last_axes(const Node& mean) {
  const mase::Value *dims = mean.op.with().find("dim"), *keeps = mean.op.with().find("keepdim");
  if (!mean.args[0].node || !dims || !dims->is_list() || !keeps || !keeps->as_bool()) return 0;
  const auto rank = static_cast<int64_t>(recorded_shape(mean.args[0]).size());
  std::vector<int64_t> axes;
  for (const mase::Value& axis : dims->as_list()) axes.push_back((axis.as_int() + rank) % rank);
  std::sort(axes.begin(), axes.end());
  const auto count = static_cast<int64_t>(axes.size());
  for (int64_t i = 0; i < count; ++i)
    if (axes[static_cast<size_t>(i)] != rank - count + i) return 0;
  return axes.size();
}

// The deviation of `node` from its mean over the last axes; nothing where it is none.
const Node* deviation(const Argument& arg) {
  const Node* sub = plain(arg, "sub");
  const Node* mean = sub ? plain(sub->args[1], "mean") : nullptr;
  return mean && is_same(sub->args[0], mean->args[0]) && last_axes(*mean) ? sub : nullptr;
}

// Whether `a` and `b` are the deviation of one value: exporters write it once or twice.
bool is_same_deviation(const Argument& a, const Argument& b) {
  const Node *x = deviation(a), *y = deviation(b);
  return x && y && is_same(x->args[0], y->args[0]) && last_axes(*x->args[1].node) == last_axes(*y->args[1].node);
}

struct Norm {
  Argument input;
  mase::Shape shape;  // what is normalized together
  double eps = 0;
};

// `root` is sqrt(mean(deviation^2) + eps) of the deviation `top`, or its reciprocal.
std::optional<Norm> norm_of(const Argument& top, const Node& root) {
  const Node* sum = plain(root.args[0], "add");
  if (!sum || sum->args[1].node || !sum->args[1].constant.is_number()) return std::nullopt;
  const Node *variance = plain(sum->args[0], "mean"), *centred = deviation(top);
  if (!variance || !centred) return std::nullopt;
  const Node *power = plain(variance->args[0], "pow"), *product = plain(variance->args[0], "mul");
  const bool is_square =
      power ? is_number(power->args[1], 2) && is_same_deviation(power->args[0], top)
            : product && is_same_deviation(product->args[0], top) && is_same(product->args[0], product->args[1]);
  const size_t axes = last_axes(*centred->args[1].node);
  if (!is_square || last_axes(*variance) != axes) return std::nullopt;
  Norm norm{centred->args[0], recorded_shape(centred->args[0]), sum->args[1].constant.as_double()};
  norm.shape.erase(norm.shape.begin(), norm.shape.end() - static_cast<int64_t>(axes));
  return norm;
}

std::optional<Norm> norm_at(const Node& node) {
  if (has_format(node)) return std::nullopt;
  if (const Node* root = node.mase_op == "div" ? plain(node.args[1], "sqrt") : nullptr)
    return norm_of(node.args[0], *root);
  if (node.mase_op == "mul")
    for (const size_t side : {size_t{0}, size_t{1}})
      if (const Node* root = plain(node.args[side], "rsqrt")) return norm_of(node.args[1 - side], *root);
  return std::nullopt;
}

// The constant of the shape that the only user of `node` combines with it, and that user.
std::pair<Node*, const Node*> constant_step(const mase::Graph& graph, const Node& node, std::string_view op,
                                            const mase::Shape& shape) {
  Node* user = only_user(node);
  if (!user || user->mase_op != op || has_format(*user)) return {};
  const Node* constant = user->args[user->args[0].node == &node ? 1 : 0].node;
  if (!constant || constant->op_kind != mase::OpKind::get_attr || has_format(*constant) ||
      graph.tensor(constant->params[0].key).sizes() != at::IntArrayRef(shape))
    return {};
  return {user, constant};
}

}  // namespace

bool merge_layer_norm(mase::Graph& graph, SizeTable& table, Node& quotient) {
  const std::optional<Norm> norm = norm_at(quotient);
  if (!norm) return false;
  Node* last = &quotient;
  mase::Map with{{"normalized_shape", mase::Value(norm->shape)}, {"eps", norm->eps}};
  std::vector<mase::Parameter> params;
  const auto [scaled, weight] = constant_step(graph, quotient, "mul", norm->shape);
  if (scaled) {
    last = scaled, params.push_back({"weight", weight->params[0].key});
    const auto [moved, bias] = constant_step(graph, *scaled, "add", norm->shape);
    if (moved) last = moved, params.push_back({"bias", bias->params[0].key});
    with.set("bias", moved != nullptr);
  } else {
    with.set("elementwise_affine", false);
  }
  Node& node = graph.insert_before(*last, scaled ? mase::OpKind::call_module : mase::OpKind::call_function, last->name,
                                   mase::Chosen("nn.layer_norm", std::move(with)), {norm->input});
  node.target =
      scaled ? params[0].key.substr(0, std::min(params[0].key.rfind('.'), params[0].key.size())) : "layer_norm";
  mase::TensorMeta& argument = node.meta.common.args.add(mase::argument_name(node, 0));
  mase::TensorMeta& result = node.meta.common.results.add("data_out_0");
  argument.shape = result.shape = recorded_shape(norm->input);
  argument.torch_dtype = result.torch_dtype = last->meta.common.results[0].torch_dtype;
  for (const mase::Parameter& p : params) node.meta.common.args.add(p.name).shape = norm->shape;
  node.params = std::move(params);
  node.meta.common.mase_type = mase::mase_type_of(node);
  if (const auto found = table.find(last); found != table.end()) table[&node] = found->second;
  graph.replace_all_uses(*last, node);
  return true;
}

// 1 / sqrt(x) is rsqrt(x).
bool merge_rsqrt(mase::Graph& graph, SizeTable&, Node& inverse) {
  if (has_format(inverse)) return false;
  const bool is_inverse =
      inverse.mase_op == "reciprocal" ||
      (inverse.mase_op == "div" && is_number(inverse.args[0], 1) && inverse.op.with().find("rounding_mode") == nullptr);
  const Node* root = is_inverse ? plain(inverse.args[inverse.mase_op == "div" ? 1 : 0], "sqrt") : nullptr;
  if (!root || !root->args[0].node || only_user(*root) != &inverse) return false;
  become(graph, inverse, mase::Chosen("nn.rsqrt"), {root->args[0]});
  return true;
}

}  // namespace models
