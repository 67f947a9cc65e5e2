// nn.embedding: rows by index, and the row that is padding.
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
