// nn.batch_norm3d: batch statistics while training, running ones afterwards.
#include "normalisation.h"

using namespace test;

TEST_CASE("nn.batch_norm3d normalises by the batch while training and moves the running statistics") {
  check_training("nn.batch_norm3d", {4, 3, 2, 3, 2});
}

TEST_CASE("nn.batch_norm3d without tracking has no statistics, without affine no parameters") {
  OneOp bn("nn.batch_norm3d", {{"affine", false}, {"track_running_stats", false}}, {{1, 2, 2, 2, 2}});
  CHECK(bn.params.empty());
  const at::Tensor x = values({3, 2, 2, 2, 2}) * 3 + 1, y = bn(x);  // in evaluation by the batch as well
  for (int64_t c = 0; c < 2; ++c) {
    const auto [mean, variance] = statistics(x, c);
    CHECK(greatest_difference(y.select(1, c), (x.select(1, c).to(at::kDouble) - mean) / std::sqrt(variance + 1e-5)) <
          1e-5);
  }
}

TEST_CASE("nn.batch_norm3d refuses another rank") {
  CHECK_THAT(error_of([] {
               OneOp("nn.batch_norm3d", {}, {{1, 4, 2, 2}});
             }),
             Catch::Contains("expected [batch, channels, depth, height, width]"));
}
