// Shapes of results for operators whose shapes LibTorch tells only by computing.
#include <ATen/ExpandUtils.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/result_type.h>

#include <algorithm>
#include <functional>

#include "import_call.h"
#include "mase/text.h"

namespace models {

namespace {

using mase::Map;
using mase::Tensors;
using Rule = std::function<at::Tensor(const Map& with, const Tensors& inputs, const Tensors& params)>;

at::Tensor of_shape(at::IntArrayRef sizes, at::ScalarType type) {
  return at::empty(sizes, at::TensorOptions().dtype(type).device(at::kMeta));
}

at::Tensor like(const Map&, const Tensors& inputs, const Tensors&) {
  return of_shape(inputs.at(0).sizes(), inputs[0].scalar_type());
}

at::Tensor truth_like(const Map&, const Tensors& inputs, const Tensors&) {
  return of_shape(inputs.at(0).sizes(), at::kBool);
}

at::Tensor truth_of_both(const Map&, const Tensors& inputs, const Tensors&) {
  return of_shape(at::infer_size(inputs.at(0).sizes(), inputs.at(1).sizes()), at::kBool);
}

at::Tensor where(const Map&, const Tensors& inputs, const Tensors&) {
  const auto both = at::infer_size(inputs.at(1).sizes(), inputs.at(2).sizes());
  return of_shape(at::infer_size(inputs[0].sizes(), both), at::result_type(inputs[1], inputs[2]));
}

at::Tensor embedding(const Map&, const Tensors& inputs, const Tensors& params) {
  mase::Shape sizes = mase::shape_of(inputs.at(0));
  sizes.push_back(params.at(0).size(1));
  return of_shape(sizes, params[0].scalar_type());
}

at::Tensor gather(const Map&, const Tensors& inputs, const Tensors&) {
  return of_shape(inputs.at(1).sizes(), inputs.at(0).scalar_type());
}

at::Tensor attention(const Map&, const Tensors& inputs, const Tensors&) {
  mase::Shape sizes = mase::shape_of(inputs.at(0));
  sizes.at(sizes.size() - 1) = inputs.at(2).size(-1);
  return of_shape(sizes, inputs[0].scalar_type());
}

// One number per axis, however it is written.
mase::Shape per_axis(const Map& with, std::string_view name, size_t axes, int64_t usual) {
  mase::Shape numbers(axes, usual);
  const mase::Value* value = with.find(name);
  for (size_t i = 0; value && i < axes; ++i)
    numbers[i] = value->is_list() ? value->as_list().at(i).as_int() : value->as_int();
  if (std::any_of(numbers.begin(), numbers.end(), [](int64_t n) { return n < 0 || n > INT32_MAX; }))
    throw mase::Error(mase::format("{} is {}", name, mase::Value(numbers).json()));
  return numbers;
}

// Of a kernel that moves over the input, or, transposed, of one that each input element places.
at::Tensor convolution(const Map& with, const Tensors& inputs, const Tensors& params, bool transposed) {
  const at::Tensor &x = inputs.at(0), &weight = params.at(0);
  const auto axes = static_cast<size_t>(weight.dim() - 2);
  const auto of = [&](std::string_view name, int64_t usual) { return per_axis(with, name, axes, usual); };
  const mase::Shape padding = of("padding", 0), stride = of("stride", 1), dilation = of("dilation", 1);
  const mase::Shape more = of("output_padding", 0);
  const mase::Value* groups_value = with.find("groups");
  const int64_t groups = groups_value ? groups_value->as_int() : 1;
  const int64_t channels = transposed ? weight.size(0) : weight.size(1) * groups;
  if (x.dim() != weight.dim() || x.size(1) != channels || groups < 1 || channels % groups != 0 ||
      x.scalar_type() != weight.scalar_type() || (!transposed && weight.size(0) % groups != 0))
    throw mase::Error("no convolution");
  mase::Shape sizes{x.size(0), transposed ? weight.size(1) * groups : weight.size(0)};
  if (params.size() > 1 && (params[1].dim() != 1 || params[1].size(0) != sizes[1])) throw mase::Error("no convolution");
  for (size_t i = 0; i < axes; ++i) {
    const auto axis = static_cast<int64_t>(i + 2);
    const int64_t reach = dilation[i] * (weight.size(axis) - 1) + 1, size = x.size(axis);
    sizes.push_back(transposed ? (size - 1) * stride[i] - 2 * padding[i] + reach + more[i]
                               : (size + 2 * padding[i] - reach) / stride[i] + 1);
    if (stride[i] < 1 || dilation[i] < 1 || (more[i] >= stride[i] && more[i] >= dilation[i]) ||
        (!transposed && size + 2 * padding[i] < reach) || sizes.back() < 1)
      throw mase::Error("no convolution");
  }
  return of_shape(sizes, x.scalar_type());
}

const std::map<std::string, Rule, std::less<>>& rules() {
  static const std::map<std::string, Rule, std::less<>> kRules = [] {
    std::map<std::string, Rule, std::less<>> all;
    for (const char* op : {"abs", "batch_norm1d", "batch_norm2d", "batch_norm3d", "channel_shuffle", "flip",
                           "group_norm", "hardswish", "hardtanh", "instance_norm1d", "instance_norm2d",
                           "instance_norm3d", "layer_norm", "logsigmoid", "prelu", "relu", "relu6", "roll", "softsign"})
      all[op] = like;
    for (const char* op : {"isinf", "isnan", "logical_not"}) all[op] = truth_like;
    for (const char* op : {"logical_and", "logical_or", "logical_xor"}) all[op] = truth_of_both;
    for (const bool transposed : {false, true})
      for (const char* axes : {"1d", "2d", "3d"})
        all[mase::format("conv{}{}", transposed ? "transpose" : "", axes)] =
            [transposed](auto& with, auto& x, auto& p) { return convolution(with, x, p, transposed); };
    all["embedding"] = embedding, all["gather"] = gather, all["where"] = where;
    all["scaled_dot_product_attention"] = attention;
    return all;
  }();
  return kRules;
}

}  // namespace

bool is_checked_by_rule(const mase::Chosen& op) { return op.name().starts_with("nn.conv"); }

std::optional<Tensors> results_by_rule(const mase::Chosen& op, const Tensors& inputs, const Tensors& params) {
  if (!op.name().starts_with("nn.")) return std::nullopt;
  const auto rule = rules().find(std::string_view(op.name()).substr(3));
  if (rule == rules().end()) return std::nullopt;
  try {
    return Tensors{rule->second(op.with(), inputs, params)};
  } catch (const std::exception&) {  // inputs that it does not fit; running it tells
    return std::nullopt;
  }
}

}  // namespace models
