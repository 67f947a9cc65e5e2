// ONNX's products and normalizations.
#include <ATen/ops/repeat_interleave.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/zeros.h>

#include "mase/text.h"
#include "onnx_operators.h"

namespace models::onnx {

namespace {

using mase::Chosen;
using mase::Map;

bool is_matrix(const Value& v) { return v.wire.known() && v.wire.rank() == 2 && at::isFloatingType(v.wire.dtype()); }

// The constant with its two axes exchanged, its format with them.
Value transposed(const Node& n, const Value& matrix) {
  Value result = matrix;
  result.wire = n.build().transpose(n.name() + "_weight", matrix.wire, 0, 1);
  result.wire.key = matrix.wire.key;
  if (result.quantized && result.quantized->axis) result.quantized->axis = 1 - *result.quantized->axis;
  return result;
}

// [n], [1, n] and the like as a vector.
Value vector(const Value& v) {
  Value result = v;
  if (v.wire.rank() != 1) result.wire.trace.fill(v.wire.trace[0].reshape({-1}));
  if (result.quantized && result.quantized->axis) result.quantized->axis = 0;
  return result;
}

Values matmul(const Node& n) {
  ImportBuilder& b = n.build();
  const Value &x = n.value(0), &y = n.value(1);
  if (x.wire.live() && x.wire.rank() >= 2 && is_matrix(y))
    return {b.linear(n.name(), x.wire, n.reader().with_format(transposed(n, y)), ImportBuilder::absent())};
  return {b.matmul(n.name(), n.in(0), n.in(1))};
}

Wire scaled(const Node& n, const char* what, const Wire& x, double factor) {
  if (factor == 1) return x;
  return n.build().binary(mase::format("{}_{}", n.name(), what), "mul", x,
                          ImportBuilder::known(at::scalar_tensor(factor, at::TensorOptions().dtype(x.dtype()))));
}

Values gemm(const Node& n) {
  ImportBuilder& b = n.build();
  const double alpha = n.real("alpha", 1), beta = n.real("beta", 1);
  const bool trans_a = n.integer("transA", 0), trans_b = n.integer("transB", 0);
  Value x = n.value(0), weight = n.value(1);
  const Value bias = n.has(2) ? n.value(2) : Value(ImportBuilder::absent());
  if (trans_a) x = Value(b.transpose(n.name() + "_a", n.in(0), 0, 1));
  const bool fits = bias.wire.absent() || (bias.wire.known() && is_matrix(weight) &&
                                           bias.wire.trace[0].numel() == weight.wire.size(trans_b ? 0 : 1).at[0]);
  const bool is_plain = alpha == 1 && (beta == 1 || bias.wire.absent());
  if (x.wire.live() && is_matrix(weight) && fits && (is_plain || (!weight.quantized && !bias.quantized))) {
    weight = trans_b ? weight : transposed(n, weight);
    if (alpha != 1) weight = Value(scaled(n, "alpha", weight.wire, alpha));
    Wire vec = bias.wire;
    if (bias.wire.known()) vec = n.reader().with_format(vector(bias));
    if (bias.wire.known() && beta != 1) vec = scaled(n, "beta", vec, beta);
    return {b.linear(n.name(), x.wire, n.reader().with_format(weight), vec)};
  }
  Wire w = n.in(1);
  if (trans_b) w = b.transpose(n.name() + "_b", w, 0, 1);
  Wire left = trans_a ? x.wire : n.in(0);
  const Wire product = scaled(n, "alpha", b.matmul(n.name(), left, w), alpha);
  return {n.has(2) ? b.binary(n.name() + "_add", "add", product, scaled(n, "beta", n.in(2), beta)) : product};
}

// A constant with one number for each channel.
bool is_per(const Node& n, int i, int64_t count) {
  return n.has(i) && n.value(i).wire.known() && n.value(i).wire.rank() == 1 && n.value(i).wire.size(0) == Size(count);
}

// Of a constant, such as a weight that a layer standardizes: arithmetic that folds.
Values normalized_constant(const Node& n, const Wire& x, bool is_training) {
  ImportBuilder& b = n.build();
  Sizes wide(static_cast<size_t>(x.rank()), Size(1));
  wide[1] = x.size(1);
  const auto per_channel = [&](int i) { return b.reshape(mase::format("{}_{}", n.name(), i), n.in(i), wide); };
  std::vector<int64_t> others;
  for (int64_t i = 0; i < x.rank(); ++i)
    if (i != 1) others.push_back(i);
  const Wire mean = is_training ? b.mean(n.name() + "_mean", x, others, true) : per_channel(3);
  const mase::Map spread{{"dim", mase::Value(others)}, {"keepdim", true}, {"correction", 0}};
  const Wire variance = is_training ? b.call(n.name() + "_var", "var", {x}, spread) : per_channel(4);
  const Wire eps = ImportBuilder::known(at::scalar_tensor(n.real("epsilon", 1e-5F)));
  const Wire root = b.call(n.name() + "_sqrt", "sqrt", {b.binary(n.name() + "_eps", "add", variance, eps)});
  const Wire scaled = b.binary(n.name() + "_div", "div", b.binary(n.name() + "_sub", "sub", x, mean), root);
  Wire result = b.binary(n.name() + "_mul", "mul", scaled, per_channel(1));
  result = b.binary(n.name(), "add", result, per_channel(2));
  result.key = x.key;
  return {Value(result)};
}

Values batch_norm(const Node& n) {
  const Wire x = n.in(0);
  // Before opset 14 the mean and variance of the data are results in training mode only.
  const bool is_training = n.integer("training_mode", 0) || (n.opset() < 14 && n.message().output_size() > 1);
  if (x.known() && n.has(4) && n.all_known() && x.rank() >= 2) return normalized_constant(n, x, is_training);
  if (n.integer("training_mode", 0)) throw Unsupported{"it is in training mode"};
  if (!n.integer("spatial", 1)) throw Unsupported{"it is not spatial"};
  if (x.rank() < 2 || x.rank() > 5) throw Unsupported{mase::format("its input has {} axes", x.rank())};
  const int64_t channels = x.size(1).at[0];
  std::map<std::string, Wire> params;
  const char* names[] = {"weight", "bias", "running_mean", "running_var"};
  for (int i = 1; i <= 4; ++i) {
    if (!is_per(n, i, channels)) throw Unsupported{"its parameters are computed, or not one for each channel"};
    params[names[i - 1]] = n.reader().with_format(n.value(i));
  }
  const std::string key = params["weight"].key, module = key.substr(0, key.rfind('.') == key.npos ? 0 : key.rfind('.'));
  params["num_batches_tracked"] =
      ImportBuilder::known(at::zeros({}, at::kLong), module.empty() ? "" : module + ".num_batches_tracked");
  return {n.build().apply(
      n.name(),
      Chosen(
          mase::format("nn.batch_norm{}d", std::max<int64_t>(x.rank() - 2, 1)),
          {{"num_features", channels}, {"eps", n.real("epsilon", 1e-5F)}, {"momentum", 1 - n.real("momentum", 0.9F)}}),
      {x}, params)[0]};
}

// The sizes behind `axis`, which are normalized together.
mase::Shape normalized(const Node& n, const Wire& x, int64_t otherwise) {
  const int64_t axis = n.axis(n.integer("axis", otherwise), x.rank());
  mase::Shape shape;
  for (int64_t i = axis; i < x.rank(); ++i) {
    if (!x.size(i).fixed()) throw Unsupported{"it normalizes over the batch"};
    shape.push_back(x.size(i).at[0]);
  }
  return shape;
}

bool has_shape(const Node& n, int i, const mase::Shape& shape) {
  return n.has(i) && n.value(i).wire.known() && n.value(i).wire.trace[0].sizes() == at::IntArrayRef(shape);
}

Values layer_norm(const Node& n) {
  ImportBuilder& b = n.build();
  const Wire x = n.in(0);
  const mase::Shape shape = normalized(n, x, -1);
  Map with{{"normalized_shape", mase::Value(shape)}, {"eps", n.real("epsilon", 1e-5F)}};
  if (has_shape(n, 1, shape) && (!n.has(2) || has_shape(n, 2, shape))) {
    std::map<std::string, Wire> params{{"weight", n.reader().with_format(n.value(1))}};
    if (n.has(2)) params["bias"] = n.reader().with_format(n.value(2));
    with.set("bias", n.has(2));
    return {b.apply(n.name(), Chosen("nn.layer_norm", with), {x}, params)[0]};
  }
  with.set("elementwise_affine", false);
  Wire y = b.binary(n.name() + "_scale", "mul", b.call(n.name(), "layer_norm", {x}, with), n.in(1));
  return {n.has(2) ? b.binary(n.name() + "_bias", "add", y, n.in(2)) : y};
}

Values rms_norm(const Node& n) {
  ImportBuilder& b = n.build();
  const Wire x = n.in(0);
  const mase::Shape shape = normalized(n, x, -1);
  Map with{{"normalized_shape", mase::Value(shape)}, {"eps", n.real("epsilon", 1e-5F)}};
  if (has_shape(n, 1, shape))
    return {b.apply(n.name(), Chosen("nn.rms_norm", with), {x}, {{"weight", n.reader().with_format(n.value(1))}})[0]};
  with.set("elementwise_affine", false);
  return {b.binary(n.name() + "_scale", "mul", b.call(n.name(), "rms_norm", {x}, with), n.in(1))};
}

Values group_norm(const Node& n) {
  const Wire x = n.in(0);
  const int64_t groups = n.integer("num_groups", 0), channels = x.rank() > 1 ? x.size(1).at[0] : 0;
  if (groups < 1 || channels % groups != 0)
    throw mase::Error(mase::format("{} groups of {} channels", groups, channels));
  std::map<std::string, Wire> params;
  for (int i = 1; i <= 2; ++i) {
    Wire wire;
    if (is_per(n, i, channels)) {
      wire = n.reader().with_format(n.value(i));
    } else if (is_per(n, i, groups)) {  // before opset 21: one for each group
      wire = n.in(i);
      wire.trace.fill(wire.trace[0].repeat_interleave(channels / groups));
    } else {
      throw Unsupported{"its parameters are computed, or not one for each channel or group"};
    }
    params[i == 1 ? "weight" : "bias"] = wire;
  }
  return {n.build().apply(
      n.name(),
      Chosen("nn.group_norm", {{"num_groups", groups}, {"num_channels", channels}, {"eps", n.real("epsilon", 1e-5F)}}),
      {x}, params)[0]};
}

Values instance_norm(const Node& n) {
  const Wire x = n.in(0);
  if (x.rank() < 3 || x.rank() > 5) throw Unsupported{mase::format("its input has {} axes", x.rank())};
  const int64_t channels = x.size(1).at[0];
  if (!is_per(n, 1, channels) || !is_per(n, 2, channels))
    throw Unsupported{"its parameters are computed, or not one for each channel"};
  return {n.build().apply(
      n.name(),
      Chosen(mase::format("nn.instance_norm{}d", x.rank() - 2),
             {{"num_features", channels}, {"eps", n.real("epsilon", 1e-5F)}, {"affine", true}}),
      {x}, {{"weight", n.reader().with_format(n.value(1))}, {"bias", n.reader().with_format(n.value(2))}})[0]};
}

Values local_response_norm(const Node& n) {
  const int64_t size = n.integer("size", 0);
  if (size % 2 == 0) throw Unsupported{"its size is even, which PyTorch's window is not"};
  return {n.build().call(
      n.name(), "local_response_norm", {n.in(0)},
      {{"size", size}, {"alpha", n.real("alpha", 1e-4F)}, {"beta", n.real("beta", 0.75F)}, {"k", n.real("bias", 1)}})};
}

// x divided by its norm along one axis.
Values lp_norm(const Node& n) {
  ImportBuilder& b = n.build();
  const Wire x = n.in(0);
  const int64_t axis = n.axis(n.integer("axis", -1), x.rank()), p = n.integer("p", 2);
  if (p != 1 && p != 2) throw Unsupported{mase::format("its p is {}", p)};
  const Map with{{"dim", mase::List{axis}}, {"keepdim", true}};
  const Wire powers = p == 1 ? b.call(n.name() + "_abs", "abs", {x}) : b.call(n.name() + "_square", "mul", {x, x});
  Wire norm = b.call(n.name() + "_sum", "sum", {powers}, with);
  if (p == 2) norm = b.call(n.name() + "_sqrt", "sqrt", {norm});
  return {b.binary(n.name(), "div", x, norm)};
}

Values einsum(const Node& n) {
  Wires inputs;
  for (int i = 0; i < n.inputs(); ++i) inputs.push_back(n.in(i));
  std::string equation = n.text("equation", "");
  std::erase(equation, ' ');
  return {n.build().einsum(n.name(), equation, inputs)};
}

// Opset 23: heads as an axis of their own, or side by side in the last one.
Values attention(const Node& n) {
  ImportBuilder& b = n.build();
  for (int i = 4; i < n.inputs(); ++i)
    if (n.has(i)) throw Unsupported{"it has a cache of keys and values"};
  if (n.wants(1) || n.real("softcap", 0) != 0) throw Unsupported{"it has a soft cap or more than one result"};
  Wires inputs{n.in(0), n.in(1), n.in(2)};
  const bool is_flat = inputs[0].rank() == 3;
  const int64_t heads = n.integer("q_num_heads", 0), kv_heads = n.integer("kv_num_heads", heads);
  if (is_flat && (heads < 1 || kv_heads < 1)) throw mase::Error("it has inputs of three axes, but no number of heads");
  if (is_flat)
    for (size_t i = 0; i < 3; ++i) {
      const int64_t count = i == 0 ? heads : kv_heads, width = inputs[i].size(2).at[0];
      if (width % count != 0) throw mase::Error(mase::format("{} features in {} heads", width, count));
      const std::string name = mase::format("{}_{}", n.name(), i);
      inputs[i] = b.reshape(name, inputs[i], {inputs[i].size(0), inputs[i].size(1), Size(count), Size(width / count)});
      inputs[i] = b.transpose(name + "_t", inputs[i], 1, 2);
    }
  Map with{{"is_causal", n.integer("is_causal", 0) != 0}};
  if (n.attribute("scale")) with.set("scale", n.real("scale", 1));
  if (inputs[0].size(1) != inputs[1].size(1)) with.set("enable_gqa", true);
  if (n.has(3)) inputs.push_back(n.in(3));
  const Wire result = b.call(n.name(), "scaled_dot_product_attention", inputs, with);
  if (!is_flat) return {result};
  const Wire back = b.transpose(n.name() + "_back", result, 1, 2);
  return {b.reshape(n.name() + "_join", back, {back.size(0), back.size(1), Size(-1)})};
}

}  // namespace

void add_layers(Table& t) {
  t["MatMul"] = matmul, t["Gemm"] = gemm, t["Einsum"] = einsum, t["Attention"] = attention;
  t["BatchNormalization"] = batch_norm, t["LayerNormalization"] = layer_norm;
  t["GroupNormalization"] = group_norm, t["InstanceNormalization"] = instance_norm;
  t["RMSNormalization"] = rms_norm, t["SimplifiedLayerNormalization"] = rms_norm;
  t["LRN"] = local_response_norm, t["LpNormalization"] = lp_norm;
}

}  // namespace models::onnx
