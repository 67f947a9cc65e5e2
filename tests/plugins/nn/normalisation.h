// What the tests of nn.batch_norm1d and nn.batch_norm2d share.
#pragma once
#include "one_op.h"

namespace test {

// Mean and biased variance of one channel of a [batch, channels, ...] tensor.
inline std::pair<double, double> statistics(const at::Tensor& x, int64_t channel) {
  const at::Tensor v = x.select(1, channel).to(at::kDouble).contiguous().view(-1);
  double mean = 0, variance = 0;
  for (int64_t i = 0; i < v.numel(); ++i) mean += element(v, {i}) / static_cast<double>(v.numel());
  for (int64_t i = 0; i < v.numel(); ++i)
    variance += std::pow(element(v, {i}) - mean, 2) / static_cast<double>(v.numel());
  return {mean, variance};
}

// One step of training: results by the batch, and how far it moves the running statistics.
inline void check_training(const char* name, const Shape& shape) {
  OneOp bn(name, {{"momentum", 0.25}, {"eps", 0.01}}, {shape});
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

}  // namespace test
