// nn.batch_norm1d and 2d: batch statistics while training, running ones afterwards.
#include "one_op.h"

using namespace test;

namespace {

// Mean and biased variance of one channel of a [batch, channels, ...] tensor.
std::pair<double, double> statistics(const at::Tensor& x, int64_t channel) {
  const at::Tensor v = x.select(1, channel).to(at::kDouble).contiguous().view(-1);
  double mean = 0, variance = 0;
  for (int64_t i = 0; i < v.numel(); ++i) mean += element(v, {i}) / static_cast<double>(v.numel());
  for (int64_t i = 0; i < v.numel(); ++i)
    variance += std::pow(element(v, {i}) - mean, 2) / static_cast<double>(v.numel());
  return {mean, variance};
}

}  // namespace

TEST_CASE("training normalises by the batch and moves the running statistics") {
  for (const Shape& shape : {Shape{8, 3}, Shape{4, 3, 5}, Shape{4, 3, 2, 5}}) {
    OneOp bn(shape.size() == 4 ? "nn.batch_norm2d" : "nn.batch_norm1d", {{"momentum", 0.25}, {"eps", 0.01}}, {shape});
    bn.params[0].fill_(2), bn.params[1].fill_(0.5);
    const at::Tensor x = values(shape) * 3 + 1;
    const at::Tensor y = bn(x, true);
    const double count = static_cast<double>(x.numel()) / 3;
    for (int64_t c = 0; c < 3; ++c) {
      const auto [mean, variance] = statistics(x, c);
      const at::Tensor expected = (x.select(1, c).to(at::kDouble) - mean) / std::sqrt(variance + 0.01) * 2 + 0.5;
      CHECK(greatest_difference(y.select(1, c), expected) < 1e-5);
      CHECK(element(bn.params[2], {c}) == Approx(0.25 * mean));
      CHECK(element(bn.params[3], {c}) ==
            Approx(0.75 + 0.25 * variance * count / (count - 1)));  // unbiased, as PyTorch has it
    }
    CHECK(bn.params[4].item<int64_t>() == 1);
  }
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

TEST_CASE("batch norm has PyTorch's tensors") {
  const OneOp bn("nn.batch_norm2d", {}, {{1, 4, 2, 2}});
  std::string names;
  for (const ParameterInfo& p : bn.op->parameters()) names += p.name + (p.buffer ? "* " : " ");
  CHECK(names == "weight bias running_mean* running_var* num_batches_tracked* ");
  CHECK(bn.resolved.at("num_features") == Value(4));
  CHECK(bn.params[4].scalar_type() == at::kLong);
}

TEST_CASE("batch norm refuses what does not fit") {
  CHECK_THAT(error_of([] {
               OneOp("nn.batch_norm2d", {}, {{1, 4, 2}});
             }),
             Catch::Contains("expected [batch, channels, height, width]"));
  CHECK_THAT(error_of([] {
               OneOp("nn.batch_norm1d", {{"num_features", 3}}, {{1, 4}});
             }),
             Catch::Contains("num_features is 3, but the input has 4"));
  OneOp bn("nn.batch_norm1d", {}, {{1, 4}});
  CHECK_THAT(error_of([&] { bn(values({1, 4}), true); }), Catch::Contains("one value per channel"));
}
