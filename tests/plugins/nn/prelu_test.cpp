// nn.prelu with one slope and with one per channel.
#include "one_op.h"

using namespace test;

TEST_CASE("nn.prelu has a trained slope below zero") {
  const at::Tensor x = values({2, 3, 4});
  for (const int64_t slopes : {1, 3}) {
    OneOp op("nn.prelu", {{"num_parameters", slopes}}, {{1, 3, 4}});
    REQUIRE(op.params.size() == 1);
    REQUIRE(op.params[0].sizes() == at::IntArrayRef{slopes});
    for (int64_t c = 0; c < slopes; ++c) CHECK(element(op.params[0], {c}) == 0.25);
    op.params[0] = values({slopes}, 8);
    const at::Tensor y = op(x);
    for (int64_t n = 0; n < 2; ++n)
      for (int64_t c = 0; c < 3; ++c)
        for (int64_t i = 0; i < 4; ++i) {
          const double v = element(x, {n, c, i});
          CHECK(element(y, {n, c, i}) == Approx(v > 0 ? v : v * element(op.params[0], {slopes == 1 ? 0 : c})));
        }
  }
  CHECK(element(OneOp("nn.prelu", {{"init", 0.5}}, {{1}}).params[0], {0}) == 0.5);
  CHECK(OneOp("nn.prelu", {}, {{1}}).op->parameters().at(0).name == "weight");
}

TEST_CASE("gradients of nn.prelu reach input and slopes") {
  OneOp op("nn.prelu", {{"num_parameters", 3}}, {{2, 3}});
  op.to_double();
  const at::Tensor x = values({2, 3}, 5, at::kDouble), slopes = values({3}, 8, at::kDouble);
  CHECK(gradient_error([&](const at::Tensor& moved) { return op(moved); }, x) < 1e-7);
  const auto with_slopes = [&](const at::Tensor& moved) {
    op.params[0] = moved;
    return op(x);
  };
  CHECK(gradient_error(with_slopes, slopes) < 1e-7);
}

TEST_CASE("nn.prelu refuses slopes for other channels") {
  OneOp op("nn.prelu", {{"num_parameters", 2}}, {{1, 2}});
  CHECK_THAT(error_of([&] { op(values({1, 3})); }), Catch::Contains("num_parameters is 2, but the input has 3"));
  CHECK_THAT(error_of([&] { op(values({2})); }), Catch::Contains("num_parameters is 2, but the input has 1"));
}
