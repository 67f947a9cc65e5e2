// ATen: attention and encoder layers as one operator, which PyTorch traces where it takes its fast path. They become
// the operators that the same modules have everywhere else.
#include <cmath>

#include "aten.h"
#include "mase/text.h"

namespace models {

namespace {

class SelfAttention {
 public:
  SelfAttention(AtenCall& call, const char* heads, std::string name)
      : c_(call), b_(call.builder), name_(std::move(name)), heads_(call.integer(heads)) {
    if (c_.has("mask")) c_.refuse("has a mask", "export the model where gradients are enabled");
    embedding_ = c_.integer("embed_dim");
    if (heads_ < 1 || embedding_ < heads_ || embedding_ % heads_ != 0)
      c_.refuse(mase::format("has {} heads for {} features", heads_, embedding_));
  }

  // The result, and the weights where they are needed; x is [batch, places, features].
  std::pair<Wire, Wire> run(const Wire& x, bool needs_weights, bool averages) {
    if (x.rank() != 3 || x.size(2) != Size(embedding_)) c_.refuse("expected an input [batch, places, features]");
    batch_ = x.size(0), places_ = x.size(1);
    project(b_.transpose(name("turned"), x, 0, 1));
    const Wire heads = needs_weights ? weighted() : fused();
    const Size all(batch_.at[0] * places_.at[0], batch_.at[1] * places_.at[1]);
    const Wire rows = b_.reshape(name("rows"), heads, {all, Size(embedding_)});
    const Wire out = b_.linear(name("out"), rows, c_.tensor("proj_weight"), c_.tensor("proj_bias"));
    const Wire back = b_.reshape(name("back"), out, {places_, batch_, Size(embedding_)});
    const Wire result = b_.transpose(name_, back, 0, 1);
    if (!needs_weights) return {result, Wire()};
    Wire weights = b_.reshape(name("weights"), weights_, {batch_, Size(heads_), places_, places_});
    if (averages) weights = b_.mean(name("mean"), weights, {1}, false);
    return {result, weights};
  }

 private:
  std::string name(const char* part) const { return mase::format("{}_{}", name_, part); }
  Size stacked() const { return {batch_.at[0] * heads_, batch_.at[1] * heads_}; }

  void project(const Wire& x) {
    const Wire all = b_.linear(name("in"), x, c_.tensor("qkv_weight"), c_.tensor("qkv_bias"));
    const Wire parts = b_.reshape(name("parts"), all, {Size(1), places_, batch_, Size(3), Size(embedding_)});
    const Wire first = b_.reshape(name("first"), b_.transpose(name("apart"), parts, 0, 3),
                                  {Size(3), places_, batch_, Size(embedding_)});
    const char* const names[] = {"query", "key", "value"};
    for (int64_t i = 0; i < 3; ++i) {
      const Wire part = b_.call(name(names[i]), "select", {first}, {{"dim", int64_t{0}}, {"index", i}});
      const Wire heads = b_.reshape(mase::format("{}_{}_heads", name_, names[i]), part,
                                    {places_, stacked(), Size(embedding_ / heads_)});
      parts_[static_cast<size_t>(i)] = b_.transpose(mase::format("{}_{}_turned", name_, names[i]), heads, 0, 1);
    }
  }

  Wire weighted() {
    const double scale = std::sqrt(1.0 / static_cast<double>(embedding_ / heads_));
    AtenCall part{b_, name_, c_.op, c_.target, {{"scale", scale}}};
    const Wire query = b_.binary(name("scaled"), "mul", parts_[0], part.operand("scale", parts_[0]));
    const Wire scores = b_.matmul(name("scores"), query, b_.transpose(name("swapped"), parts_[1], 1, 2));
    weights_ = b_.call(name("softmax"), "softmax", {scores}, {{"dim", int64_t{-1}}});
    return b_.transpose(name("heads"), b_.matmul(name("product"), weights_, parts_[2]), 0, 1);
  }

  Wire fused() {
    Wires heads;
    for (const Wire& part : parts_)
      heads.push_back(b_.reshape(mase::format("{}_{}", name_, heads.size()), part,
                                 {batch_, Size(heads_), places_, Size(embedding_ / heads_)}));
    const Wire y = b_.call(name("attention"), "scaled_dot_product_attention", heads);
    return b_.permute(name("heads"), y, {2, 0, 1, 3});
  }

  AtenCall& c_;
  ImportBuilder& b_;
  const std::string name_;
  const int64_t heads_;
  int64_t embedding_ = 0;
  Size batch_, places_;
  std::array<Wire, 3> parts_;
  Wire weights_;
};

AtenValues multi_head_attention(AtenCall& c) {
  const Wire x = c.tensor("query");
  for (const char* other : {"key", "value"})
    if (const Wire y = c.tensor(other); y.from.node != x.from.node || y.from.result != x.from.result || !x.live())
      c.refuse("attends to other places than its own", "export the model where gradients are enabled");
  const auto [y, weights] =
      SelfAttention(c, "num_head", c.node).run(x, c.flag("need_weights"), c.flag("average_attn_weights"));
  return {y, weights};
}

Wire encoder_norm(AtenCall& c, const Wire& x, const char* number) {
  const Wire weight = c.tensor(mase::format("norm_weight_{}", number));
  if (!weight.known() || weight.rank() != 1) c.refuse("expected constants to normalize with");
  const mase::Map with{{"normalized_shape", mase::Value(mase::shape_of(weight.trace[0]))}, {"eps", c.number("eps")}};
  return c.builder
      .apply(mase::format("{}_norm{}", c.node, number), mase::Chosen("nn.layer_norm", with), {x},
             {{"weight", weight}, {"bias", c.tensor(mase::format("norm_bias_{}", number))}})
      .front();
}

AtenValues encoder_layer(AtenCall& c) {
  ImportBuilder& b = c.builder;
  const Wire x = c.tensor("src");
  const bool norm_first = c.flag("norm_first");
  const auto attend = [&](const Wire& v) {
    return SelfAttention(c, "num_heads", c.node + "_attention").run(v, false, false).first;
  };
  const auto feed = [&](const Wire& v) {
    const Wire inner = b.linear(c.node + "_ffn1", v, c.tensor("ffn_weight_1"), c.tensor("ffn_bias_1"));
    const Wire active = b.call(c.node + "_act", c.flag("use_gelu") ? "gelu" : "relu", {inner});
    return b.linear(c.node + "_ffn2", active, c.tensor("ffn_weight_2"), c.tensor("ffn_bias_2"));
  };
  if (norm_first) {
    const Wire y = b.binary(c.node + "_sum", "add", x, attend(encoder_norm(c, x, "1")));
    return {b.binary(c.node, "add", y, feed(encoder_norm(c, y, "2")))};
  }
  const Wire y = encoder_norm(c, b.binary(c.node + "_sum", "add", x, attend(x)), "1");
  return {encoder_norm(c, b.binary(c.node, "add", y, feed(y)), "2")};
}

}  // namespace

void add_aten_transformers(AtenTable& t) {
  t["_native_multi_head_attention"] = multi_head_attention;
  t["_transformer_encoder_layer_fwd"] = encoder_layer;
}

}  // namespace models
