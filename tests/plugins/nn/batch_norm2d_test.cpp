// nn.batch_norm2d: batch statistics while training, running ones afterwards.
#include "normalisation.h"

using namespace test;

TEST_CASE("nn.batch_norm2d normalises by the batch while training and moves the running statistics") {
  check_training("nn.batch_norm2d", {4, 3, 2, 5});
}

TEST_CASE("nn.batch_norm2d uses the running statistics in evaluation") {
  OneOp bn("nn.batch_norm2d", {}, {{1, 2, 1, 1}});
  bn.params[2].fill_(1), bn.params[3].fill_(4);
  const at::Tensor y = bn(at::tensor({3.0f, 5.0f}).view({1, 2, 1, 1}));
  CHECK(element(y, {0, 0, 0, 0}) == Approx(2 / std::sqrt(4 + 1e-5)));
  CHECK(element(y, {0, 1, 0, 0}) == Approx(4 / std::sqrt(4 + 1e-5)));
}

TEST_CASE("batch norm has PyTorch's tensors") {
  const OneOp bn("nn.batch_norm2d", {}, {{1, 4, 2, 2}});
  std::string names;
  for (const ParameterInfo& p : bn.op->parameters()) names += p.name + (p.buffer ? "* " : " ");
  CHECK(names == "weight bias running_mean* running_var* num_batches_tracked* ");
  CHECK(bn.resolved.at("num_features") == Value(4));
  CHECK(bn.params[4].scalar_type() == at::kLong);
}

TEST_CASE("nn.batch_norm2d refuses another rank") {
  CHECK_THAT(error_of([] {
               OneOp("nn.batch_norm2d", {}, {{1, 4, 2}});
             }),
             Catch::Contains("expected [batch, channels, height, width]"));
}
