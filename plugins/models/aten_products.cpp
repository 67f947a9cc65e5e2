// ATen: matrix products and attention.
#include <ATen/ops/all.h>

#include <algorithm>

#include "aten.h"
#include "mase/text.h"

namespace models {

namespace {

// alpha times a product plus beta times `bias`; where the second factor is a weight, a layer.
AtenValues sum_and_product(AtenCall& c, const Wire& bias, const Wire& a, const Wire& b) {
  const double alpha = c.number("alpha"), beta = c.number("beta");
  const auto scaled = [&](const Wire& x, double factor, const char* name) {
    if (factor == 1) return x;
    AtenCall part{c.builder, c.node, c.op, c.target, {{"factor", factor}}};
    return c.builder.binary(c.node + name, "mul", x, part.operand("factor", x));
  };
  const bool is_layer =
      a.live() && b.known() && b.rank() == 2 && bias.known() && bias.rank() == 1 && bias.size(0) == b.size(1);
  if (is_layer) {
    Wire weight = c.builder.transpose(c.node + "_t", scaled(b, alpha, "_weight"), 0, 1);
    if (alpha == 1) weight.key = b.key;
    return {c.builder.linear(c.node, a, weight, scaled(bias, beta, "_bias"), c.target)};
  }
  Wire product = scaled(c.builder.matmul(c.node, a, b), alpha, "_alpha");
  if (beta == 0) return {product};
  return {c.builder.binary(c.node + "_sum", "add", product, scaled(bias, beta, "_beta"))};
}

// A mask that is known to let everything through.
bool hides_nothing(const Wire& mask) {
  return mask.known() && mask.dtype() == at::kBool && mask.trace[0].all().item<bool>() &&
         mask.trace[1].all().item<bool>();
}

AtenValues attention(AtenCall& c) {
  Wires inputs{c.tensor("query"), c.tensor("key"), c.tensor("value")};
  const char* const mask = c.args.contains("attn_mask") ? "attn_mask" : "attn_bias";
  if (c.has(mask) && !hides_nothing(c.tensor(mask))) inputs.push_back(c.tensor(mask));
  if (c.has("dropout_p") && c.number("dropout_p") != 0)
    c.refuse("drops weights as in training", "call model.eval() before exporting the model");
  mase::Map with;
  if (c.has("is_causal") && c.flag("is_causal")) with.set("is_causal", true);
  if (c.has("scale")) with.set("scale", c.number("scale"));
  if (c.has("enable_gqa") && c.flag("enable_gqa")) with.set("enable_gqa", true);
  return {c.builder.apply(c.node, mase::Chosen("nn.scaled_dot_product_attention", with), inputs, {}, 3).front()};
}

AtenValues einsum(AtenCall& c) {
  std::string equation;
  for (const char x : c.text("equation"))
    if (x != ' ') equation += x;
  return {c.builder.einsum(c.node, equation, c.tensors("tensors"))};
}

AtenValues bilinear(AtenCall& c) {
  const Wire y =
      c.builder.einsum(c.node, "...i,oij,...j->...o", {c.tensor("input1"), c.tensor("weight"), c.tensor("input2")});
  return {c.has("bias") ? c.builder.binary(c.node + "_bias", "add", y, c.tensor("bias")) : y};
}

// What decompositions make of bilinear: the sum over some axes of a product of three tensors, where each says which
// axes the others have alone.
AtenValues trilinear(AtenCall& c) {
  const char* const names[] = {"i1", "i2", "i3"};
  const char* const missing[] = {"expand1", "expand2", "expand3"};
  const auto has = [](const std::vector<int64_t>& list, int64_t axis) {
    return std::find(list.begin(), list.end(), axis) != list.end();
  };
  Wires factors;
  std::string equation;
  for (size_t i = 0; i < 3; ++i) {
    const Wire& x = factors.emplace_back(c.tensor(names[i]));
    const std::vector<int64_t> others = c.integers(missing[i]);
    const int64_t rank = (x.usable() ? x.rank() : 0) + static_cast<int64_t>(others.size());
    if (rank > 26) c.refuse(mase::format("has {} axes", rank));
    if (i > 0) equation += ',';
    for (int64_t axis = 0; axis < rank; ++axis)
      if (!has(others, axis)) equation += static_cast<char>('a' + axis);
    if (i < 2) continue;
    equation += "->";
    for (int64_t axis = 0; axis < rank; ++axis)
      if (!has(c.integers("sumdim"), axis)) equation += static_cast<char>('a' + axis);
  }
  return {c.builder.einsum(c.node, equation, factors)};
}

}  // namespace

void add_aten_products(AtenTable& t) {
  t["matmul"] = [](AtenCall& c) -> AtenValues {
    return {c.builder.matmul(c.node, c.tensor("self"), c.tensor("other"))};
  };
  t["mm"] = t["bmm"] = [](AtenCall& c) -> AtenValues {
    return {c.builder.matmul(c.node, c.tensor("self"), c.tensor("mat2"))};
  };
  t["mv"] = [](AtenCall& c) -> AtenValues { return {c.builder.matmul(c.node, c.tensor("self"), c.tensor("vec"))}; };
  t["dot"] = [](AtenCall& c) -> AtenValues { return {c.builder.matmul(c.node, c.tensor("self"), c.tensor("tensor"))}; };
  t["addmm"] = [](AtenCall& c) { return sum_and_product(c, c.tensor("self"), c.tensor("mat1"), c.tensor("mat2")); };
  t["baddbmm"] = [](AtenCall& c) {
    return sum_and_product(c, c.tensor("self"), c.tensor("batch1"), c.tensor("batch2"));
  };
  t["addmv"] = [](AtenCall& c) { return sum_and_product(c, c.tensor("self"), c.tensor("mat"), c.tensor("vec")); };
  for (const char* name :
       {"scaled_dot_product_attention", "_scaled_dot_product_flash_attention_for_cpu",
        "_scaled_dot_product_attention_math", "_scaled_dot_product_flash_attention",
        "_scaled_dot_product_efficient_attention", "_scaled_dot_product_fused_attention_overrideable"})
    t[name] = attention;
  t["einsum"] = einsum, t["bilinear"] = bilinear, t["_trilinear"] = trilinear;
  for (const char* name : {"lstm", "gru", "rnn_tanh", "rnn_relu", "lstm_cell", "gru_cell", "_thnn_fused_lstm_cell"})
    t[name] = Refused{"recurrent networks are not read"};
}

}  // namespace models
