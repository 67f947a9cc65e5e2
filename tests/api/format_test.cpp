// Codes of binary grids, and a format's gradient.
#include "mase/format.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "support/fake_components.h"

using namespace mase;

TEST_CASE("codes are the nearest, ties to even, saturated") {
  const FixedPoint q22{4, 2, true};
  const at::Tensor x = at::tensor({0.125, 0.375, -0.125, -0.375, 0.3, 5.0, -5.0, 1.75, -2.0}, at::kDouble);
  const at::Tensor codes = to_codes(x, q22);
  CHECK(at::equal(codes, at::tensor({0, 2, 0, -2, 1, 7, -8, 7, -8}, at::kLong)));
  CHECK(from_codes(codes, q22)[4].item<double>() == 0.25);
  CHECK(at::equal(to_codes(x.to(at::kFloat), q22), codes));
  CHECK(at::equal(to_codes(at::tensor({-1.0, 300.0}, at::kDouble), {8, 0, false}), at::tensor({0, 255}, at::kLong)));
}

TEST_CASE("codes reach the ends of 64 bits") {
  const double huge = std::ldexp(1.0, 70), inf = std::numeric_limits<double>::infinity();
  const at::Tensor codes = to_codes(at::tensor({huge, -huge, inf, -inf}, at::kDouble), {64, 0, true});
  CHECK(at::equal(codes, at::tensor({INT64_MAX, INT64_MIN, INT64_MAX, INT64_MIN}, at::kLong)));
  CHECK(to_codes(at::tensor({std::ldexp(1.0, -70)}, at::kDouble), {8, 71, true})[0].item<int64_t>() == 2);
  CHECK_THROWS_AS(to_codes(at::tensor({1.0}, at::kDouble), {64, 0, false}), Error);
  CHECK_THROWS_AS(to_codes(at::tensor({std::nan("")}, at::kDouble), {8, 0, true}), Error);
  CHECK_THROWS_AS(to_codes(at::tensor({1}, at::kLong), {8, 0, true}), Error);
}

TEST_CASE("the default gradient is straight-through") {
  const auto format = std::make_shared<test::FakeFixed>(test::FakeFixed::Config{4, 1});
  const at::Tensor x = at::tensor({0.3f, 9.0f}).requires_grad_();
  const at::Tensor y = quantize_with_gradient(format, x, {});
  CHECK(at::equal(y.detach(), at::tensor({0.5f, 3.5f})));
  (y * at::tensor({2.0f, 5.0f})).sum().backward();
  CHECK(at::equal(x.grad(), at::tensor({2.0f, 5.0f})));
}

TEST_CASE("a format's own gradient reaches its trainable parameters") {
  const auto format = std::make_shared<test::FakeScaled>();
  const at::Tensor x = at::tensor({1.0f, 2.0f}).requires_grad_(), scale = at::tensor(2.0f).requires_grad_();
  QuantizeContext context;
  context.parameters = {scale};
  quantize_with_gradient(format, x, context).sum().backward();
  CHECK(at::equal(x.grad(), at::tensor({3.0f, 3.0f})));
  CHECK(scale.grad().item<float>() == 3.0f);
}

TEST_CASE("without gradients nothing is recorded") {
  const auto format = std::make_shared<test::FakeFixed>(test::FakeFixed::Config{4, 1});
  CHECK_FALSE(quantize_with_gradient(format, at::ones({2}), {}).requires_grad());
}
