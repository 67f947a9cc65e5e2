// nn.glu: one half of an axis gates the other.
#include "one_op.h"

using namespace test;

TEST_CASE("nn.glu multiplies the first half by the sigmoid of the second") {
  const at::Tensor x = values({4, 6}, 3, at::kDouble) * 3;
  const at::Tensor last = OneOp("nn.glu", {}, {{4, 6}})(x), first = OneOp("nn.glu", {{"dim", 0}}, {{4, 6}})(x);
  REQUIRE(last.sizes() == at::IntArrayRef{4, 3});
  REQUIRE(first.sizes() == at::IntArrayRef{2, 6});
  const auto sigmoid = [](double v) { return 1 / (1 + std::exp(-v)); };
  for (int64_t n = 0; n < 4; ++n)
    for (int64_t i = 0; i < 3; ++i)
      CHECK(element(last, {n, i}) == Approx(element(x, {n, i}) * sigmoid(element(x, {n, i + 3}))));
  for (int64_t n = 0; n < 2; ++n)
    for (int64_t i = 0; i < 6; ++i)
      CHECK(element(first, {n, i}) == Approx(element(x, {n, i}) * sigmoid(element(x, {n + 2, i}))));
}

TEST_CASE("nn.glu's gradient is its derivative") {
  OneOp op("nn.glu", {}, {{2, 4}});
  CHECK(gradient_error([&](const at::Tensor& x) { return op(x); }, values({2, 4}, 5, at::kDouble)) < 1e-7);
}

TEST_CASE("nn.glu refuses what has no halves") {
  const at::Tensor x = values({4, 5});
  CHECK_THAT(error_of([&] { OneOp("nn.glu", {}, {{4, 5}})(x); }), Catch::Contains("axis -1 has 5 elements"));
  CHECK_THAT(error_of([&] { OneOp("nn.glu", {{"dim", 2}}, {{4, 5}})(x); }), Catch::Contains("dim names the axis 2"));
  CHECK_THAT(error_of([&] { OneOp("nn.glu", {}, {{}})(at::zeros({})); }), Catch::Contains("has 1 elements"));
}
