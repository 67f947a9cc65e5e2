// nn.where element by element, with constants, and its grid.
#include "one_op.h"

using namespace test;

TEST_CASE("nn.where takes from one input or the other") {
  const at::Tensor a = values({2, 3}, 3, at::kDouble), b = values({3}, 4, at::kDouble);
  const at::Tensor mask = at::tensor({1, 0, 1, 0, 0, 1}, at::kLong).view({2, 3});
  OneOp op("nn.where", {}, {{2, 3}, {2, 3}, {3}});
  CHECK(op.op->arity() == std::pair(3, 3));
  for (const at::ScalarType type : {at::kBool, at::kLong, at::kFloat}) {
    const at::Tensor y = op.run({mask.to(type), a, b})[0];
    for (int64_t n = 0; n < 2; ++n)
      for (int64_t i = 0; i < 3; ++i)
        CHECK(element(y, {n, i}) == (element(mask, {n, i}) == 1 ? element(a, {n, i}) : element(b, {i})));
  }
  const at::Tensor zero = at::tensor({0}, at::kLong).squeeze();
  const at::Tensor z = op.run({mask, a.to(at::kFloat), zero})[0];
  CHECK(z.scalar_type() == at::kFloat);
  CHECK(element(z, {0, 1}) == 0);
  CHECK(op.run({mask, mask, zero})[0].scalar_type() == at::kLong);
}

TEST_CASE("nn.where's gradients reach what was taken") {
  OneOp op("nn.where", {}, {{4}, {4}, {4}});
  const at::Tensor mask = at::tensor({1, 0, 0, 1}, at::kLong).to(at::kBool);
  const at::Tensor a = values({4}, 5, at::kDouble), b = values({4}, 6, at::kDouble);
  CHECK(gradient_error([&](const at::Tensor& moved) { return op.run({mask, moved, b})[0]; }, a) < 1e-7);
  CHECK(gradient_error([&](const at::Tensor& moved) { return op.run({mask, a, moved})[0]; }, b) < 1e-7);
}

TEST_CASE("nn.where's grid holds the values of both inputs") {
  const OneOp op("nn.where", {}, {{1}, {1}, {1}});
  const FixedPoint p{4, 2, true}, q{5, 1, false};  // -8 to 7 quarters, 0 to 62 quarters
  CHECK(op.grid({std::nullopt, p, q}) == least_grid(-8, 62, 2));
  CHECK_FALSE(op.grid({std::nullopt, p, std::nullopt}));
  CHECK_FALSE(op.grid({p, std::nullopt, q}));
}
