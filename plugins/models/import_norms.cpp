// Normalizations as older exporters and decompositions write them: the mean taken off, divided by the root of the
// variance, then weight and bias; or divided by the root of the mean square.
#include <ATen/core/Tensor.h>
#include <ATen/ops/ones_like.h>

#include <algorithm>

#include "import_simplify.h"

namespace models {

using mase::Argument;
using mase::Node;

namespace {

// How many of the last axes a mean is taken over, keeping them as ones; 0 where it is another mean, or one over
// samples.
size_t last_axes(const Node& mean) {
  const auto found = mean_axes(mean);
  if (!found || !found->second) return 0;
  const auto rank = static_cast<int64_t>(recorded_shape(mean.args[0]).size());
  const std::vector<int64_t>& axes = found->first;
  const auto count = static_cast<int64_t>(axes.size());
  if (count >= rank) return 0;
  for (int64_t i = 0; i < count; ++i)
    if (axes[static_cast<size_t>(i)] != rank - count + i) return 0;
  return axes.size();
}

// The deviation of `node` from its mean over the last axes; nothing where it is none.
const Node* deviation(const Argument& arg) {
  const Node* sub = plain(arg, "sub");
  const Node* mean = sub ? sub->args[1].node : nullptr;
  return mean && !has_format(*mean) && mean_axes(*mean) && is_same(sub->args[0], mean->args[0]) && last_axes(*mean)
             ? sub
             : nullptr;
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
  const Node *variance = sum->args[0].node, *centred = deviation(top);
  if (!variance || !centred || has_format(*variance)) return std::nullopt;
  const size_t axes = last_axes(*centred->args[1].node);
  const mase::Value* correction = variance->op.with().find("correction");
  if (variance->mase_op == "var" && correction && correction->as_int() == 0) {
    if (!is_same(variance->args[0], centred->args[0]) || last_axes(*variance) != axes) return std::nullopt;
  } else {
    if (!mean_axes(*variance) || variance->mase_op == "var" || last_axes(*variance) != axes) return std::nullopt;
    const Node *power = plain(variance->args[0], "pow"), *product = plain(variance->args[0], "mul");
    const bool is_square =
        power ? is_number(power->args[1], 2) && is_same_deviation(power->args[0], top)
              : product && is_same_deviation(product->args[0], top) && is_same(product->args[0], product->args[1]);
    if (!is_square) return std::nullopt;
  }
  Norm norm{centred->args[0], recorded_shape(centred->args[0]), sum->args[1].constant.as_double()};
  norm.shape.erase(norm.shape.begin(), norm.shape.end() - static_cast<int64_t>(axes));
  return norm;
}

// What `find` makes of the quotient of a value and a root, or of its product with the root's reciprocal.
std::optional<Norm> norm_at(const Node& node, std::optional<Norm> (*find)(const Argument&, const Node&)) {
  if (has_format(node)) return std::nullopt;
  if (const Node* root = node.mase_op == "div" && node.op.with().empty() ? plain(node.args[1], "sqrt") : nullptr)
    return find(node.args[0], *root);
  if (node.mase_op == "mul")
    for (const size_t side : {size_t{0}, size_t{1}})
      if (const Node* root = plain(node.args[side], "rsqrt")) return find(node.args[1 - side], *root);
  return std::nullopt;
}

// A weight of ones beside a bias: readers leave out products with ones.
std::string ones_beside(mase::Graph& graph, const std::string& bias) {
  const size_t end = bias.ends_with("bias") ? bias.size() - 4 : bias.size();
  const std::string wanted = bias.substr(0, end) + "weight";
  std::string key = wanted;
  for (int i = 1; graph.has_tensor(key); ++i) key = mase::format("{}_{}", wanted, i);
  graph.set_tensor(key, at::ones_like(graph.tensor(bias)));
  return key;
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

// The norm with its parameters in the place of `last`.
void take_place(mase::Graph& graph, SizeTable& table, Node& last, mase::Chosen op, const Norm& norm,
                std::vector<mase::Parameter> params) {
  const std::string name(op.short_name());
  Node& node = graph.insert_before(last, params.empty() ? mase::OpKind::call_function : mase::OpKind::call_module,
                                   last.name, std::move(op), {norm.input});
  node.target =
      params.empty() ? name : params[0].key.substr(0, std::min(params[0].key.rfind('.'), params[0].key.size()));
  mase::TensorMeta& argument = node.meta.common.args.add(mase::argument_name(node, 0));
  mase::TensorMeta& result = node.meta.common.results.add("data_out_0");
  argument.shape = result.shape = recorded_shape(norm.input);
  argument.torch_dtype = result.torch_dtype = last.meta.common.results[0].torch_dtype;
  for (const mase::Parameter& p : params) node.meta.common.args.add(p.name).shape = norm.shape;
  node.params = std::move(params);
  node.meta.common.mase_type = mase::mase_type_of(node);
  if (const auto found = table.find(&last); found != table.end()) table[&node] = found->second;
  graph.replace_all_uses(last, node);
}

// `root` is sqrt(mean(x^2) + eps) of `x`, or its reciprocal.
std::optional<Norm> rms_norm_of(const Argument& x, const Node& root) {
  const Node* sum = plain(root.args[0], "add");
  if (!sum || !x.node || sum->args[1].node || !sum->args[1].constant.is_number()) return std::nullopt;
  const Node* square = sum->args[0].node;
  if (!square || has_format(*square) || square->mase_op == "var") return std::nullopt;
  const size_t axes = last_axes(*square);
  if (axes == 0) return std::nullopt;
  const Node *power = plain(square->args[0], "pow"), *product = plain(square->args[0], "mul");
  const bool is_square = power ? is_same(power->args[0], x) && is_number(power->args[1], 2)
                               : product && is_same(product->args[0], x) && is_same(product->args[1], x);
  if (!is_square) return std::nullopt;
  Norm norm{x, recorded_shape(x), sum->args[1].constant.as_double()};
  norm.shape.erase(norm.shape.begin(), norm.shape.end() - static_cast<int64_t>(axes));
  return norm;
}

}  // namespace

bool merge_layer_norm(mase::Graph& graph, SizeTable& table, Node& quotient) {
  const std::optional<Norm> norm = norm_at(quotient, norm_of);
  if (!norm) return false;
  Node* last = &quotient;
  mase::Map with{{"normalized_shape", mase::Value(norm->shape)}, {"eps", norm->eps}};
  std::vector<mase::Parameter> params;
  const auto [scaled, weight] = constant_step(graph, quotient, "mul", norm->shape);
  const auto [moved, bias] = constant_step(graph, scaled ? *scaled : quotient, "add", norm->shape);
  if (scaled) last = scaled, params.push_back({"weight", weight->params[0].key});
  if (moved) {
    last = moved;
    if (!scaled) params.push_back({"weight", ones_beside(graph, bias->params[0].key)});
    params.push_back({"bias", bias->params[0].key});
  }
  const bool is_affine = scaled || moved;
  with.set(is_affine ? "bias" : "elementwise_affine", moved != nullptr);
  take_place(graph, table, *last, mase::Chosen("nn.layer_norm", std::move(with)), *norm, std::move(params));
  return true;
}

bool merge_rms_norm(mase::Graph& graph, SizeTable& table, Node& quotient) {
  const std::optional<Norm> norm = norm_at(quotient, rms_norm_of);
  if (!norm) return false;
  mase::Map with{{"normalized_shape", mase::Value(norm->shape)}, {"eps", norm->eps}};
  const auto [scaled, weight] = constant_step(graph, quotient, "mul", norm->shape);
  if (!scaled) with.set("elementwise_affine", false);
  std::vector<mase::Parameter> params;
  if (scaled) params.push_back({"weight", weight->params[0].key});
  take_place(graph, table, scaled ? *scaled : quotient, mase::Chosen("nn.rms_norm", std::move(with)), *norm,
             std::move(params));
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
