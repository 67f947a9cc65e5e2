// nn.batch_norm1d: batch statistics while training, running ones afterwards.
#include "normalisation.h"

using namespace test;

TEST_CASE("nn.batch_norm1d normalises by the batch while training and moves the running statistics") {
  check_training("nn.batch_norm1d", {8, 3});
  check_training("nn.batch_norm1d", {4, 3, 5});
}

TEST_CASE("evaluation uses the running statistics and leaves them alone") {
  OneOp bn("nn.batch_norm1d", {}, {{1, 2}});
  bn.params[2].fill_(1), bn.params[3].fill_(4);
  const at::Tensor y = bn(at::tensor({3.0f, 5.0f}).view({1, 2}));
  CHECK(element(y, {0, 0}) == Approx(2 / std::sqrt(4 + 1e-5)));
  CHECK(element(y, {0, 1}) == Approx(4 / std::sqrt(4 + 1e-5)));
  CHECK(bn.params[4].item<int64_t>() == 0);
  CHECK(bn.params[2][0].item<float>() == 1);
}

TEST_CASE("momentum null averages all batches") {
  OneOp bn("nn.batch_norm1d", {{"momentum", nullptr}, {"affine", false}}, {{1, 1}});
  REQUIRE(bn.params.size() == 3);
  bn(at::tensor({0.0f, 2.0f}).view({2, 1}), true);
  bn(at::tensor({4.0f, 6.0f}).view({2, 1}), true);
  CHECK(bn.params[0].item<float>() == Approx(3));
  CHECK(bn.params[1].item<float>() == Approx(2));
}

TEST_CASE("without running statistics evaluation normalises by the batch too") {
  OneOp bn("nn.batch_norm1d", {{"track_running_stats", false}}, {{1, 1}});
  CHECK(bn.params.size() == 2);
  const at::Tensor y = bn(at::tensor({10.0f, 12.0f}).view({2, 1}));
  CHECK(element(y, {1, 0}) == Approx(1).epsilon(1e-4));
}

TEST_CASE("nn.batch_norm1d refuses what does not fit") {
  CHECK_THAT(error_of([] {
               OneOp("nn.batch_norm1d", {{"num_features", 3}}, {{1, 4}});
             }),
             Catch::Contains("num_features is 3, but the input has 4"));
  CHECK_THAT(error_of([] {
               OneOp("nn.batch_norm1d", {}, {{1, 4, 2, 2}});
             }),
             Catch::Contains("expected [batch, channels] or [batch, channels, length]"));
  OneOp bn("nn.batch_norm1d", {}, {{1, 4}});
  CHECK_THAT(error_of([&] { bn(values({1, 4}), true); }), Catch::Contains("one value per channel"));
}
