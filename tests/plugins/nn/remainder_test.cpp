// nn.remainder against its definition, a - b floor(a / b).
#include "one_op.h"

using namespace test;

TEST_CASE("nn.remainder has the sign of the divisor") {
  const at::Tensor a = at::tensor({7.5, -7.5, 7.5, -7.5, 6.0}, at::kDouble);
  const at::Tensor b = at::tensor({2.0, 2.0, -2.0, -2.0, 3.0}, at::kDouble);
  OneOp op("nn.remainder", {}, {{5}, {5}});
  const at::Tensor y = op.run({a, b})[0];
  for (int64_t i = 0; i < 5; ++i)
    CHECK(element(y, {i}) == element(a, {i}) - element(b, {i}) * std::floor(element(a, {i}) / element(b, {i})));
  const at::Tensor whole = op.run({at::tensor({-7, 7}, at::kLong), at::tensor({4}, at::kLong).squeeze()})[0];
  CHECK(whole.scalar_type() == at::kLong);
  CHECK(element(whole, {0}) == 1);
  CHECK(element(whole, {1}) == 3);
}

TEST_CASE("nn.remainder follows its first input with slope one") {
  OneOp op("nn.remainder", {}, {{4}, {4}});
  const at::Tensor b = at::tensor({2.0, 0.3, -0.7, 1.1}, at::kDouble), a = values({4}, 5, at::kDouble) + 3.05;
  CHECK(gradient_error([&](const at::Tensor& moved) { return op.run({moved, b})[0]; }, a) < 1e-7);
}

TEST_CASE("nn.remainder of integers survives the least integer and refuses zero") {
  OneOp op("nn.remainder", {}, {{1}, {1}});
  const at::Tensor least = at::tensor({INT64_MIN}, at::kLong);
  CHECK(op.run({least, at::tensor({-1}, at::kLong)})[0].item<int64_t>() == 0);
  CHECK_THROWS(op.run({least, at::tensor({0}, at::kLong)}));
}
