// nn.group_norm against means and variances of each group written out in normalisation.h.
#include "normalisation.h"

using namespace test;

TEST_CASE("nn.group_norm normalises each group of channels of each sample") {
  for (const int64_t groups : {1, 2, 4}) {
    OneOp op("nn.group_norm", {{"num_groups", groups}, {"eps", 0.01}}, {{1, 4, 3, 2}});
    CHECK(op.resolved.at("num_channels") == Value(4));
    op.params = {values({4}, 8), values({4}, 9)};
    const at::Tensor x = values({2, 4, 3, 2}) * 3 + 1;
    check_per_sample(op(x), x, 4 / groups, 0.01, op.params[0], op.params[1]);
  }
}

TEST_CASE("nn.group_norm may do without parameters and takes any rank") {
  OneOp op("nn.group_norm", {{"num_groups", 2}, {"affine", false}}, {{1, 6}});
  CHECK(op.params.empty());
  const at::Tensor x = values({3, 6}, 3, at::kDouble);  // three values a group may lie so close that floats show it
  check_per_sample(op(x), x, 3, 1e-5, at::ones({6}), at::zeros({6}));
}

TEST_CASE("nn.group_norm refuses groups that do not divide the channels") {
  CHECK_THAT(error_of([] {
               OneOp("nn.group_norm", {{"num_groups", 3}}, {{1, 4, 2}});
             }),
             Catch::Contains("num_groups is 3, which does not divide the 4 channels"));
}
