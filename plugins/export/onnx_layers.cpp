// Layers with weights, and attention, in ONNX.
#include <ATen/ops/full.h>
#include <ATen/ops/triu.h>

#include <cmath>
#include <limits>

#include "onnx_emit.h"

namespace mase::exporting {
namespace {

Names linear(OnnxEmit& e) {
  Names inputs = {e.in(0), e.param("weight")};
  if (e.rank(0) == 2) {
    if (e.has("bias")) inputs.push_back(e.param("bias"));
    return {e.add("Gemm", inputs, {{"transB", 1}})};
  }
  inputs[1] = e.add("Transpose", {inputs[1]}, {{"perm", Shape{1, 0}}});
  const std::string product = e.add("MatMul", inputs);
  return {e.has("bias") ? e.add("Add", {product, e.param("bias")}) : product};
}

std::vector<int64_t> both_ends(const std::vector<int64_t>& padding) {
  std::vector<int64_t> pads = padding;
  pads.insert(pads.end(), padding.begin(), padding.end());
  return pads;
}

OnnxAttributes window(OnnxEmit& e, size_t axes) {
  return {{"kernel_shape", e.list("kernel_size", axes)},
          {"strides", e.list("stride", axes)},
          {"pads", both_ends(e.list("padding", axes))},
          {"dilations", e.list("dilation", axes)},
          {"group", e.integer("groups")}};
}

Names weights_of_layer(OnnxEmit& e) {
  Names inputs = {e.in(0), e.param("weight")};
  if (e.has("bias")) inputs.push_back(e.param("bias"));
  return inputs;
}

Names conv(OnnxEmit& e) {
  const auto axes = static_cast<size_t>(e.node.mase_op[4] - '0');  // conv2d
  if (e.fields.at("padding_mode").as_string() != "zeros") throw NoCounterpart{"its padding is not of zeros"};
  return {e.add("Conv", weights_of_layer(e), window(e, axes))};
}

Names convtranspose(OnnxEmit& e) {
  const auto axes = static_cast<size_t>(e.node.mase_op[13] - '0');  // convtranspose2d
  OnnxAttributes attributes = window(e, axes);
  attributes.emplace_back("output_padding", e.list("output_padding", axes));
  return {e.add("ConvTranspose", weights_of_layer(e), attributes)};
}

Names embedding(OnnxEmit& e) { return {e.add("Gather", {e.param("weight"), e.in(0, "int64")}, {{"axis", 0}})}; }

// What is added to the products of queries and keys, or "" without a mask.
std::string attention_mask(OnnxEmit& e) {
  constexpr double kNever = -std::numeric_limits<double>::infinity();
  const auto options = at::TensorOptions().dtype(at::kFloat);
  if (e.flag("is_causal")) {
    const Shape q = e.shape(0), k = e.shape(1);
    return e.out.constant(e.node.name, at::triu(at::full({q[q.size() - 2], k[k.size() - 2]}, kNever, options), 1));
  }
  if (e.inputs.size() < 4) return {};
  if (e.dtype(3) != "bool") return e.in(3);
  return e.add("Where", {e.in(3), e.number(0), e.number(kNever)});
}

Names attention(OnnxEmit& e) {
  const int64_t rank = e.rank(1);
  const Shape q = e.shape(0), k = e.shape(1);
  if (e.flag("enable_gqa") && rank > 2 && q[q.size() - 3] != k[k.size() - 3])
    throw NoCounterpart{"several query heads share a key head"};
  Shape order(static_cast<size_t>(rank));
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int64_t>(i);
  std::swap(order[order.size() - 1], order[order.size() - 2]);
  const double scale = e.is_null("scale") ? 1 / std::sqrt(static_cast<double>(q.back())) : e.real("scale");
  const std::string query = e.add("Mul", {e.in(0), e.number(scale)});
  std::string scores = e.add("MatMul", {query, e.add("Transpose", {e.in(1)}, {{"perm", order}})});
  const std::string mask = attention_mask(e);
  if (!mask.empty()) scores = e.add("Add", {scores, mask});
  std::string weights = e.add("Softmax", {scores}, {{"axis", -1}});
  // A query that may attend to nothing gets zeros.
  if (e.inputs.size() >= 4) weights = e.add("Where", {e.add("IsNaN", {weights}), e.number(0), weights});
  return {e.add("MatMul", {weights, e.in(2)})};
}

// alpha a b + beta c, with a and b transposed where asked.
Names gemm(OnnxEmit& e) {
  Names inputs;
  for (size_t i = 0; i < e.inputs.size(); ++i) inputs.push_back(e.in(i));
  OnnxAttributes attributes;
  for (const auto& [ours, theirs] : {std::pair("trans_a", "transA"), std::pair("trans_b", "transB")})
    if (e.fields.find(ours)) attributes.emplace_back(theirs, e.flag(ours));
  for (const char* factor : {"alpha", "beta"})
    if (e.fields.find(factor)) attributes.emplace_back(factor, e.real(factor));
  return {e.add("Gemm", inputs, attributes)};
}

Names einsum(OnnxEmit& e) {
  Names inputs;
  for (size_t i = 0; i < e.inputs.size(); ++i) inputs.push_back(e.in(i, e.result_dtype()));
  return {e.add("Einsum", inputs, {{"equation", e.fields.at("equation").as_string().c_str()}})};
}

}  // namespace

void add_onnx_layers(OnnxEmitters& t) {
  t["linear"] = linear, t["embedding"] = embedding, t["scaled_dot_product_attention"] = attention, t["gemm"] = gemm;
  t["einsum"] = einsum;
  for (const char* name : {"conv1d", "conv2d", "conv3d"}) t[name] = conv;
  for (const char* name : {"convtranspose1d", "convtranspose2d"}) t[name] = convtranspose;
}

}  // namespace mase::exporting
