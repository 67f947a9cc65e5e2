// nn.pow with tensors and numbers on either side.
#include "one_op.h"

using namespace test;

TEST_CASE("nn.pow raises element by element, with a number on either side as well") {
  const at::Tensor a = values({2, 3}, 3, at::kDouble) + 1.5, b = values({3}, 4, at::kDouble) * 3;
  OneOp op("nn.pow", {}, {{2, 3}, {3}});
  const at::Tensor y = op.run({a, b})[0];
  for (const double exponent : {2.0, 3.0, 0.5, -0.5, -1.0, -2.0, 1.7, 0.0}) {
    const at::Tensor z = op.run({a, at::tensor({exponent}, at::kDouble).squeeze()})[0];
    for (int64_t n = 0; n < 2; ++n)
      for (int64_t i = 0; i < 3; ++i) CHECK(element(z, {n, i}) == Approx(std::pow(element(a, {n, i}), exponent)));
  }
  const at::Tensor powers = op.run({at::tensor({2}, at::kLong).squeeze(), b})[0];
  for (int64_t i = 0; i < 3; ++i) {
    CHECK(element(powers, {i}) == Approx(std::pow(2, element(b, {i}))));
    for (int64_t n = 0; n < 2; ++n) CHECK(element(y, {n, i}) == Approx(std::pow(element(a, {n, i}), element(b, {i}))));
  }
}

TEST_CASE("nn.pow keeps the type of its tensor") {
  OneOp op("nn.pow", {}, {{2}, {}});
  const at::Tensor two = at::tensor({2}, at::kLong).squeeze();
  CHECK(op.run({at::tensor({1.5f}), two})[0].scalar_type() == at::kFloat);
  const at::Tensor whole = op.run({at::tensor({-3}, at::kLong), two})[0];
  CHECK(whole.scalar_type() == at::kLong);
  CHECK(whole.item<int64_t>() == 9);
  CHECK(op.run({at::tensor({1.5}, at::kDouble), at::tensor({0.5f}).squeeze()})[0].scalar_type() == at::kDouble);
  CHECK_THROWS(op.run({at::tensor({3}, at::kLong), at::tensor({-1}, at::kLong).squeeze()}));
}

TEST_CASE("gradients of nn.pow reach base and exponent") {
  OneOp op("nn.pow", {}, {{2, 3}, {2, 3}});
  const at::Tensor a = values({2, 3}, 5, at::kDouble) + 1.5, b = values({2, 3}, 6, at::kDouble);
  CHECK(gradient_error([&](const at::Tensor& moved) { return op.run({moved, b})[0]; }, a) < 1e-6);
  CHECK(gradient_error([&](const at::Tensor& moved) { return op.run({a, moved})[0]; }, b) < 1e-6);
  const at::Tensor three = at::tensor({3.0}, at::kDouble).squeeze();
  CHECK(gradient_error([&](const at::Tensor& moved) { return op.run({moved, three})[0]; }, a) < 1e-6);
  CHECK(gradient_error([&](const at::Tensor& moved) { return op.run({a, moved})[0]; }, three) < 1e-6);
}
