// nn.div in its three modes, on numbers and integers.
#include "one_op.h"

using namespace test;

TEST_CASE("nn.div is the quotient, as it is or rounded") {
  const at::Tensor a = at::tensor({7.0, -7.0, 7.0, -7.0}, at::kDouble),
                   b = at::tensor({2.0, 2.0, -2.0, -2.0}, at::kDouble);
  const auto mode = [](const char* name) { return OneOp("nn.div", {{"rounding_mode", name}}, {{4}, {4}}); };
  const at::Tensor exact = OneOp("nn.div", {}, {{4}, {4}}).run({a, b})[0];
  for (int64_t i = 0; i < 4; ++i) {
    const double quotient = element(a, {i}) / element(b, {i});
    CHECK(element(exact, {i}) == quotient);
    for (const at::ScalarType type : {at::kDouble, at::kLong, at::kInt, at::kShort, at::kChar}) {
      const at::Tensor down = mode("floor").run({a.to(type), b.to(type)})[0];
      const at::Tensor inwards = mode("trunc").run({a.to(type), b.to(type)})[0];
      CHECK(down.scalar_type() == type);
      CHECK(inwards.scalar_type() == type);
      CHECK(element(down, {i}) == std::floor(quotient));
      CHECK(element(inwards, {i}) == std::trunc(quotient));
    }
    CHECK(element(mode("none").run({a.to(at::kLong), b.to(at::kLong)})[0], {i}) == quotient);
  }
}

TEST_CASE("nn.div takes constants and broadcasts") {
  const at::Tensor a = values({2, 3}, 3, at::kDouble), two = at::tensor({2}, at::kLong).squeeze();
  const at::Tensor y = OneOp("nn.div", {}, {{2, 3}, {}}).run({a, two})[0];
  const at::Tensor z = OneOp("nn.div", {}, {{}, {2, 3}}).run({two, a})[0];
  CHECK(element(y, {1, 2}) == element(a, {1, 2}) / 2);
  CHECK(element(z, {1, 2}) == 2 / element(a, {1, 2}));
  OneOp trunc("nn.div", {{"rounding_mode", "trunc"}}, {{2}, {}});
  const at::Tensor bytes = trunc.run({at::tensor({255, 9}, at::kLong).to(at::kByte), two.to(at::kByte)})[0];
  CHECK(bytes.scalar_type() == at::kByte);
  CHECK(element(bytes, {0}) == 127);
  const at::Tensor many = at::tensor({255}, at::kLong).to(at::kByte);
  CHECK(element(trunc.run({many, many})[0], {0}) == 1);  // 255 is not -1
}

TEST_CASE("nn.div of the least integer by -1 wraps around, and by zero is refused") {
  for (const char* mode : {"floor", "trunc"}) {
    OneOp op("nn.div", {{"rounding_mode", mode}}, {{2}, {2}});
    const at::Tensor a = at::tensor({INT64_MIN, int64_t{9}}, at::kLong);
    const at::Tensor y = op.run({a, at::tensor({-1}, at::kLong)})[0];
    CHECK(y.const_data_ptr<int64_t>()[0] == INT64_MIN);
    CHECK(y.const_data_ptr<int64_t>()[1] == -9);
    CHECK(op.run({a, at::tensor({-1, 2}, at::kLong)})[0].const_data_ptr<int64_t>()[1] == 4);
    CHECK_THROWS(op.run({a, at::tensor({0}, at::kLong)}));
  }
}

TEST_CASE("gradients of nn.div reach both operands") {
  OneOp op("nn.div", {}, {{2, 3}, {2, 3}});
  const at::Tensor a = values({2, 3}, 5, at::kDouble), b = values({2, 3}, 6, at::kDouble) + 2;
  CHECK(gradient_error([&](const at::Tensor& moved) { return op.run({moved, b})[0]; }, a) < 1e-7);
  CHECK(gradient_error([&](const at::Tensor& moved) { return op.run({a, moved})[0]; }, b) < 1e-7);
  CHECK_FALSE(op.grid({FixedPoint{8, 4, true}, FixedPoint{8, 4, true}}));
}
