// nn.scaled_dot_product_attention against the softmax written out.
#include <ATen/ops/ones.h>

#include "places.h"

using namespace test;

namespace {

constexpr const char* kAttention = "nn.scaled_dot_product_attention";

// What stands before the softmax is `allowed`: -infinity, 0, or what a mask adds.
using Mask = std::function<double(const Shape&)>;

// [batch, heads, queries, values], the query's heads sharing those of key and value.
double attended(const Tensors& qkv, double scale, const Mask& mask, const Shape& p) {
  const int64_t features = qkv[0].size(3), keys = qkv[1].size(2), shared = qkv[0].size(1) / qkv[1].size(1);
  const int64_t head = p[1] / shared;
  double sum = 0, result = 0;
  for (int64_t k = 0; k < keys; ++k) {
    double product = 0;
    for (int64_t e = 0; e < features; ++e)
      product += value_at(qkv[0], {p[0], p[1], p[2], e}) * value_at(qkv[1], {p[0], head, k, e});
    const double weight = std::exp(product * scale + mask({p[0], p[1], p[2], k}));
    sum += weight, result += weight * value_at(qkv[2], {p[0], head, k, p[3]});
  }
  return result / sum;
}

Tensors queries_keys_values(int64_t heads = 2, at::ScalarType type = at::kFloat) {
  return {values({2, 2, 3, 4}, 3, type), values({2, heads, 5, 4}, 4, type), values({2, heads, 5, 4}, 5, type)};
}

std::vector<Shape> shapes_of(const Tensors& tensors) {
  std::vector<Shape> shapes;
  for (const at::Tensor& t : tensors) shapes.push_back(shape_of(t));
  return shapes;
}

double attention_error(Map with, Tensors inputs, double scale, const Mask& mask, bool training = false) {
  const at::Tensor y = OneOp(kAttention, std::move(with), shapes_of(inputs)).run(inputs, training)[0];
  return worst_place(y, {2, 2, 3, 4}, [&](const Shape& p) { return attended(inputs, scale, mask, p); });
}

}  // namespace

TEST_CASE("attention is the softmax of products, in float, in double and while training") {
  const Mask none = [](const Shape&) { return 0.0; };
  const Mask causal = [](const Shape& p) { return p[3] > p[2] ? -HUGE_VAL : 0.0; };
  for (const bool training : {false, true}) {
    CHECK(attention_error({}, queries_keys_values(), 0.5, none, training) < 1e-6);
    CHECK(attention_error({}, queries_keys_values(2, at::kDouble), 0.5, none, training) < 1e-14);
    CHECK(attention_error({{"scale", 1.5}}, queries_keys_values(), 1.5, none, training) < 1e-6);
    CHECK(attention_error({{"is_causal", true}}, queries_keys_values(), 0.5, causal, training) < 1e-6);
    CHECK(attention_error({{"enable_gqa", true}}, queries_keys_values(1), 0.5, none, training) < 1e-6);
  }
}

TEST_CASE("an attention mask is boolean or added") {
  Tensors inputs = queries_keys_values();
  inputs.push_back(values({2, 1, 3, 5}, 8) * 3);
  CHECK(attention_error({}, inputs, 0.5, [&](const Shape& p) {
          return value_at(inputs[3], {p[0], 0, p[2], p[3]});
        }) < 1e-6);
  inputs[3] = at::tensor({1, 1, 0, 1, 0}, at::kLong).to(at::kBool);  // true: attend
  CHECK(attention_error({}, inputs, 0.5, [](const Shape& p) { return p[3] == 2 || p[3] == 4 ? -HUGE_VAL : 0.0; }) <
        1e-6);
}

TEST_CASE("attention's dropout draws from the node's stream, and only while training") {
  const Tensors inputs = queries_keys_values();
  const Map with{{"dropout_p", 0.5}};
  const auto once = [&] { return OneOp(kAttention, with, shapes_of(inputs)).run(inputs, true)[0]; };
  CHECK(at::equal(once(), once()));
  OneOp op(kAttention, with, shapes_of(inputs));
  const at::Tensor evaluated = op.run(inputs)[0];
  at::Tensor mean = at::zeros({2, 2, 3, 4});
  for (int i = 0; i < 4000; ++i) mean += op.run(inputs, true)[0] / 4000;
  CHECK(greatest_difference(mean, evaluated) < 0.05);
  CHECK(greatest_difference(op.run(inputs, true)[0], evaluated) > 0.05);
  CHECK(OneOp(kAttention, {{"dropout_p", 1}}, shapes_of(inputs)).run(inputs, true)[0].abs().max().item<float>() == 0);
}

TEST_CASE("gradients of attention reach queries, keys and values") {
  const Tensors inputs = queries_keys_values(2, at::kDouble);
  for (size_t moved = 0; moved < 3; ++moved)
    for (const bool is_causal : {false, true}) {
      OneOp op(kAttention, {{"is_causal", is_causal}}, shapes_of(inputs));
      const auto through = [&](const at::Tensor& x) {
        Tensors all = inputs;
        all[moved] = x;
        return op.run(all, true)[0];
      };
      CHECK(gradient_error(through, inputs[moved]) < 1e-7);
    }
}

TEST_CASE("attention costs its two products") {
  const OpCost cost = OneOp(kAttention, {}, shapes_of(queries_keys_values()))
                          .op->cost({{1, 2, 3, 4}, {1, 2, 5, 4}, {1, 2, 5, 6}}, {{1, 2, 3, 6}});
  CHECK(cost.macs == 2 * 3 * 5 * (4 + 6));
  CHECK(cost.operations == 2 * 3 * 5 * 3);
}

TEST_CASE("attention refuses what does not fit") {
  const auto with = [](size_t i, const Shape& shape, const Map& fields = {}) {
    Tensors inputs = queries_keys_values();
    inputs.resize(std::max(inputs.size(), i + 1));
    inputs[i] = values(shape);
    return refusal(kAttention, fields, inputs);
  };
  CHECK_THAT(with(1, {2, 2, 5, 3}), Catch::Contains("found a key of shape [2,2,5,3], expected the axes of the query"));
  CHECK_THAT(with(2, {2, 2, 4, 4}), Catch::Contains("found a value of shape [2,2,4,4], expected the axes of the key"));
  CHECK_THAT(with(0, {2, 3, 3, 4}), Catch::Contains("as many batches and heads as the query"));
  CHECK_THAT(with(0, {2, 3, 3, 4}, {{"enable_gqa", true}}), Catch::Contains("or a divisor of its heads"));
  CHECK_THAT(with(0, {3, 4}), Catch::Contains("expected [batch, ..., length, features]"));
  CHECK_THAT(with(3, {2, 1, 3, 4}),
             Catch::Contains("found a mask of shape [2,1,3,4], expected one that broadcasts to [2,2,3,5]"));
  CHECK_THAT(with(3, {3, 5}, {{"is_causal", true}}), Catch::Contains("found a mask beside is_causal: true"));
  Tensors inputs = queries_keys_values();
  inputs.push_back(at::zeros({3, 5}, at::kLong));
  CHECK_THAT(refusal(kAttention, {}, inputs), Catch::Contains("found a mask of type Long, expected bool"));
}
