// nn.embedding: rows by index, and the row that is padding.
#include "mase/execute.h"
#include "one_op.h"

using namespace test;

TEST_CASE("nn.embedding gives the row of each index, of whatever type the indices are") {
  OneOp op("nn.embedding", {{"num_embeddings", 5}, {"embedding_dim", 3}}, {{1, 4}});
  const int64_t wanted[2][4] = {{0, 4, 2, 2}, {1, 3, 0, 4}};
  const at::Tensor index = at::tensor({0, 4, 2, 2, 1, 3, 0, 4}, at::kLong).view({2, 4});
  for (const at::ScalarType type : {at::kLong, at::kInt, at::kFloat, at::kDouble}) {
    const at::Tensor y = op(index.to(type));
    REQUIRE(y.sizes() == at::IntArrayRef{2, 4, 3});
    for (int64_t n = 0; n < 2; ++n)
      for (int64_t i = 0; i < 4; ++i)
        for (int64_t d = 0; d < 3; ++d) CHECK(element(y, {n, i, d}) == element(op.params[0], {wanted[n][i], d}));
  }
}

TEST_CASE("nn.embedding starts normal, with the padding row at zero and untrained") {
  OneOp op("nn.embedding", {{"num_embeddings", 200}, {"embedding_dim", 50}, {"padding_idx", -1}}, {{1, 4}});
  const at::Tensor& w = op.params[0];
  CHECK(w.mean().item<float>() == Approx(0).margin(0.05));
  CHECK((w * w).mean().item<float>() == Approx(1).epsilon(0.05));
  CHECK(w.select(0, 199).abs().max().item<float>() == 0);
  op.params[0] = w.clone().requires_grad_();
  op(at::tensor({0, 199, 0, 3}, at::kLong).view({1, 4})).sum().backward();
  const at::Tensor gradient = op.params[0].grad();
  CHECK(element(gradient, {0, 7}) == 2);
  CHECK(element(gradient, {3, 7}) == 1);
  CHECK(element(gradient, {1, 7}) == 0);
  CHECK(element(gradient, {199, 7}) == 0);
}

TEST_CASE("nn.embedding's values are the weight's") {
  const OneOp op("nn.embedding", {{"num_embeddings", 5}, {"embedding_dim", 3}}, {{1, 4}});
  CHECK(op.grid({FixedPoint{3, 0, false}}, {FixedPoint{4, 2, true}}) == FixedPoint{4, 2, true});
  CHECK_FALSE(op.grid({FixedPoint{3, 0, false}}, {std::nullopt}));
}

TEST_CASE("nn.embedding refuses what is no index") {
  OneOp op("nn.embedding", {{"num_embeddings", 5}, {"embedding_dim", 3}}, {{1, 1}});
  for (const double bad : {5.0, -1.0, 0.5})
    CHECK_THAT(error_of([&] {
                 op(at::tensor({bad}, at::kDouble).view({1, 1}));
               }),
               Catch::Contains("expected an integer in [0, 4]"));
  CHECK_THAT(error_of([&] {
               op(at::tensor({1}, at::kLong).view({1, 1}).to(at::kBool));
             }),
             Catch::Contains("expected integers"));
  CHECK_THAT(error_of([] {
               OneOp("nn.embedding", {{"num_embeddings", 5}, {"embedding_dim", 3}, {"padding_idx", 5}}, {{1, 1}});
             }),
             Catch::Contains("padding_idx is 5, beyond the 5 rows"));
}

TEST_CASE("nn.embedding reads int64 inputs of a graph in float and in double, beside other inputs") {
  Graph graph;
  Node& tokens = add_placeholder(graph, "tokens", {3});
  Node& scale = add_placeholder(graph, "scale", {1, 2});
  infer_shapes(graph, plugins(), {at::zeros({1, 3}, at::kLong), at::zeros({1, 1, 2})});
  Node& next = add_module(graph, plugins(), "next", {"nn.add"}, {&tokens, Argument(Value(1))}, Random(1));
  const Chosen chosen("nn.embedding", {{"num_embeddings", 9}, {"embedding_dim", 1}});
  Node& rows = add_module(graph, plugins(), "rows", chosen, {&next}, Random(1));
  Node& scaled = add_module(graph, plugins(), "scaled", {"nn.mul"}, {&rows, &scale}, Random(1));
  add_output(graph, {&scaled, &next});
  const int64_t index[] = {0, 7, 2};
  const at::Tensor x = at::tensor(at::ArrayRef<int64_t>(index), at::kLong).view({1, 3});
  for (const Arithmetic arithmetic : {Arithmetic::float32, Arithmetic::float64}) {
    const Tensors out = Executor(graph, plugins(), {arithmetic}).run({x, at::tensor({2.f, 3.f}).view({1, 1, 2})});
    CHECK(out[0].scalar_type() == (arithmetic == Arithmetic::float32 ? at::kFloat : at::kDouble));
    CHECK(out[1].scalar_type() == at::kLong);
    for (int64_t i = 0; i < 3; ++i) {
      const double row = graph.tensor("rows.weight").select(0, index[i] + 1).select(0, 0).item<double>();
      CHECK(element(out[0], {0, i, 0}) == Approx(2 * row));
      CHECK(element(out[0], {0, i, 1}) == Approx(3 * row));
    }
  }
}

TEST_CASE("nn.embedding of integers gives values on the weight's grid, and what follows is exact") {
  Graph graph;
  Node& tokens = add_placeholder(graph, "tokens", {3});
  infer_shapes(graph, plugins(), {at::zeros({1, 3}, at::kLong)});
  const Chosen chosen("nn.embedding", {{"num_embeddings", 9}, {"embedding_dim", 2}});
  Node& rows = add_module(graph, plugins(), "rows", chosen, {&tokens}, Random(1));
  Node& best = add_module(graph, plugins(), "best", {"nn.max", {{"dim", 1}}}, {&rows}, Random(1));
  add_output(graph, {&best, Argument(&best, 1)});
  rows.meta.common.args.at("weight").format = {"quant.integer", {{"width", 6}, {"frac_width", 4}}};
  derive(graph, plugins());
  CHECK(rows.meta.common.results[0].point() == FixedPoint{6, 4, true});
  CHECK(best.meta.common.results[0].point() == FixedPoint{6, 4, true});
  CHECK_FALSE(best.meta.common.results[1].point());  // places are integers, on no grid
}
