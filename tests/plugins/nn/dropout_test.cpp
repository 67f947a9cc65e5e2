// nn.dropout: its share while training, nothing otherwise.
#include <ATen/ops/ones.h>

#include "one_op.h"

using namespace test;

TEST_CASE("dropout zeroes its share while training and nothing otherwise") {
  OneOp drop("nn.dropout", {{"p", 0.3}}, {{1, 1}});
  const at::Tensor x = at::ones({200, 500});
  CHECK(at::equal(drop(x), x));
  const at::Tensor y = drop(x, true);
  const double zeros = (y == 0).sum().item<double>() / 100000;
  CHECK(zeros == Approx(0.3).margin(0.006));  // four standard deviations
  CHECK(y.max().item<float>() == Approx(1 / 0.7));
  CHECK(y.mean().item<float>() == Approx(1).margin(0.01));
  CHECK_FALSE(at::equal(drop(x, true), y));  // another draw
  OneOp again("nn.dropout", {{"p", 0.3}}, {{1, 1}});
  CHECK(at::equal(again(x, true), y));  // the same stream
  CHECK(OneOp("nn.dropout", {{"p", 1.0}}, {{1, 1}})(x, true).abs().max().item<float>() == 0);
  CHECK(at::equal(OneOp("nn.dropout", {{"p", 0.0}}, {{1, 1}})(x, true), x));
  CHECK_THAT(error_of([] { OneOp("nn.dropout", {{"p", 1.5}}, {{1, 1}}); }), Catch::Contains("a number in [0, 1]"));
}
