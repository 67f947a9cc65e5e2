// nn.scaled_dot_product_attention: values weighted by the softmax of queries times keys.
#include <ATen/ops/_safe_softmax.h>
#include <ATen/ops/add.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/logical_not.h>
#include <ATen/ops/masked_fill.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/repeat_interleave.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/transpose.h>
#include <ATen/ops/tril.h>

#include <cmath>
#include <limits>

#include "nn.h"

namespace mase::nn {
namespace {

class ScaledDotProductAttention final : public Op {
 public:
  struct Config {
    double dropout_p = 0;
    bool is_causal = false;
    std::optional<double> scale;
    bool enable_gqa = false;
    static void schema(Schema<Config>& s) {
      s.field("dropout_p", &Config::dropout_p, "probability that a weight becomes zero while training").range(0, 1);
      s.field("is_causal", &Config::is_causal, "whether a query sees the keys up to its own place only");
      s.field("scale", &Config::scale, "factor of the products; null: one by the root of the features");
      s.field("enable_gqa", &Config::enable_gqa, "whether several query heads may share a key and value head");
    }
  };
  explicit ScaledDotProductAttention(Config c) : config_(c) {}

  std::pair<int, int> arity() const override { return {3, 4}; }
  Tensors forward(const Tensors& inputs, Tensors& params, OpContext& context) const override;
  // Queries times keys, weights times values; the softmax takes exponential, sum and division.
  OpCost cost(const std::vector<Shape>& inputs, const std::vector<Shape>& results) const override {
    const auto keys = static_cast<double>(inputs.at(1).at(inputs[1].size() - 2));
    const auto features = static_cast<double>(inputs.at(0).back()), values = static_cast<double>(results.at(0).back());
    const double weights = values > 0 ? sample_size(results[0]) / values * keys : 0;
    return {weights * (features + values), 3 * weights};
  }

 private:
  void check(const Tensors& inputs) const;
  at::Tensor with_dropout(const Tensors& inputs, const std::optional<at::Tensor>& mask, Random& random) const;
  Config config_;
};

[[noreturn]] void refuse_attention(const char* found, const Shape& shape, const std::string& expected) {
  throw Error(std::string("found ") + found + " of shape " + Value(shape).json() + ", expected " + expected);
}

// Whether `from` takes the shape `to` by repeating axes of size one.
bool repeats_to(const Shape& from, const Shape& to) {
  if (from.size() > to.size()) return false;
  for (size_t i = 0; i < from.size(); ++i)
    if (from[i] != 1 && from[i] != to[to.size() - from.size() + i]) return false;
  return true;
}

// The shape of the weights: that of the queries with the number of keys at its end.
Shape weights_shape(const Tensors& inputs) {
  Shape shape = shape_of(inputs[0]);
  shape.back() = inputs[1].size(-2);
  return shape;
}

void ScaledDotProductAttention::check(const Tensors& inputs) const {
  const Shape query = shape_of(inputs[0]), key = shape_of(inputs[1]), value = shape_of(inputs[2]);
  const size_t rank = query.size();
  expect_rank(query, 3, 64, "[batch, ..., length, features]");
  if (key.size() != rank || key.back() != query.back())
    refuse_attention("a key", key, "the axes of the query, " + Value(query).json() + ", and its last size");
  if (value.size() != rank || value[rank - 2] != key[rank - 2])
    refuse_attention("a value", value, "the axes of the key, " + Value(key).json() + ", and its last size but one");
  for (size_t i = 0; i + 2 < rank; ++i) {
    const bool is_shared = config_.enable_gqa && i + 3 == rank && key[i] > 0 && value[i] > 0;
    const bool fits =
        is_shared ? query[i] % key[i] == 0 && query[i] % value[i] == 0 : key[i] == query[i] && value[i] == query[i];
    if (!fits)
      refuse_attention("a key and a value", key,
                       "as many batches and heads as the query, " + Value(query).json() +
                           (is_shared ? ", or a divisor of its heads" : ""));
  }
  if (inputs.size() < 4) return;
  if (config_.is_causal) throw Error("found a mask beside is_causal: true, expected one of them");
  if (!inputs[3].is_floating_point() && inputs[3].scalar_type() != at::kBool)
    throw Error(std::string("found a mask of type ") + c10::toString(inputs[3].scalar_type()) +
                ", expected bool (true: attend) or floating point (added)");
  if (!repeats_to(shape_of(inputs[3]), weights_shape(inputs)))
    refuse_attention("a mask", shape_of(inputs[3]), "one that broadcasts to " + Value(weights_shape(inputs)).json());
}

// The written-out form, whose weights become zero as this node's stream says.
at::Tensor ScaledDotProductAttention::with_dropout(const Tensors& inputs, const std::optional<at::Tensor>& mask,
                                                   Random& random) const {
  const int64_t sharing = config_.enable_gqa ? inputs[0].size(-3) / inputs[1].size(-3) : 1;
  const auto own_heads = [&](const at::Tensor& x) { return sharing == 1 ? x : at::repeat_interleave(x, sharing, -3); };
  const double scale = config_.scale.value_or(1 / std::sqrt(static_cast<double>(inputs[0].size(-1))));
  at::Tensor weights = at::matmul(at::mul(inputs[0], scale), at::transpose(own_heads(inputs[1]), -2, -1));
  const auto attend = [&](const at::Tensor& allowed) {
    weights = at::masked_fill(weights, at::logical_not(allowed), -std::numeric_limits<double>::infinity());
  };
  const auto flags = at::TensorOptions().dtype(at::kBool);
  if (config_.is_causal) attend(at::tril(at::ones({weights.size(-2), weights.size(-1)}, flags)));
  if (mask && mask->scalar_type() == at::kBool) attend(*mask);
  if (mask && mask->scalar_type() != at::kBool) weights = at::add(weights, *mask);
  const double kept = 1 - config_.dropout_p;
  const at::Tensor drop = at::empty(weights.sizes(), inputs[0].options().requires_grad(false))
                              .bernoulli_(kept, torch_generator(Random(random.next())));
  weights = at::mul(at::_safe_softmax(weights, -1), kept > 0 ? drop.div_(kept) : drop);
  return at::matmul(weights, own_heads(inputs[2]));
}

// Without dropout LibTorch chooses the kernel, as it does for PyTorch.
Tensors ScaledDotProductAttention::forward(const Tensors& inputs, Tensors&, OpContext& context) const {
  check(inputs);
  std::optional<at::Tensor> mask;
  if (inputs.size() > 3)
    mask = inputs[3].scalar_type() == at::kBool ? inputs[3] : inputs[3].to(inputs[0].scalar_type());
  if (mask && mask->dim() < 2)  // the kernels want the two axes of the weights
    mask = mask->expand({inputs[0].size(-2), inputs[1].size(-2)});
  if (context.training && config_.dropout_p > 0) {
    if (!context.random) throw Error("training without a random stream");
    return {with_dropout(inputs, mask, *context.random)};
  }
  return {at::scaled_dot_product_attention(inputs[0], inputs[1], inputs[2], mask, 0, config_.is_causal, config_.scale,
                                           config_.enable_gqa)};
}

}  // namespace

void add_scaled_dot_product_attention(Registrar& r) {
  r.add<ScaledDotProductAttention>("nn.scaled_dot_product_attention",
                                   "Values weighted by the softmax of the products of queries and keys");
}

}  // namespace mase::nn
