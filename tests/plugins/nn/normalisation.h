// What the tests of batch, group and instance norm share.
#pragma once
#include <ATen/ops/ones.h>

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

// Compares with each sample's groups of `channels` channels brought to mean 0 and variance 1, then scaled and shifted.
inline void check_per_sample(const at::Tensor& y, const at::Tensor& x, int64_t channels, double eps,
                             const at::Tensor& weight, const at::Tensor& bias) {
  REQUIRE(y.sizes() == x.sizes());
  const at::Tensor in = x.to(at::kDouble).contiguous(), out = y.to(at::kDouble).contiguous();
  const int64_t per_channel = x.numel() / x.size(0) / x.size(1), count = channels * per_channel;
  double worst = 0;
  for (int64_t first = 0; first < x.numel(); first += count) {
    const double* v = in.const_data_ptr<double>() + first;
    double mean = 0, variance = 0;
    for (int64_t i = 0; i < count; ++i) mean += v[i] / static_cast<double>(count);
    for (int64_t i = 0; i < count; ++i) variance += std::pow(v[i] - mean, 2) / static_cast<double>(count);
    for (int64_t i = 0; i < count; ++i) {
      const int64_t channel = (first + i) / per_channel % x.size(1);
      const double expected =
          (v[i] - mean) / std::sqrt(variance + eps) * element(weight, {channel}) + element(bias, {channel});
      worst = std::max(worst, std::abs(expected - out.const_data_ptr<double>()[first + i]));
    }
  }
  CHECK(worst < 1e-5);
}

// Instance norm without and with parameters, and with running statistics.
inline void check_instance_norm(const char* name, const Shape& shape) {
  const at::Tensor x = values(shape) * 3 + 1;
  OneOp plain(name, {}, {shape});
  CHECK(plain.params.empty());
  CHECK(plain.resolved.at("num_features") == Value(shape[1]));
  check_per_sample(plain(x), x, 1, 1e-5, at::ones({shape[1]}), at::zeros({shape[1]}));
  OneOp affine(name, {{"affine", true}, {"eps", 0.1}}, {shape});
  affine.params = {values({shape[1]}, 8), values({shape[1]}, 9)};
  check_per_sample(affine(x, true), x, 1, 0.1, affine.params[0], affine.params[1]);

  OneOp tracked(name, {{"track_running_stats", true}, {"momentum", 0.25}}, {shape});
  tracked(x, true);
  const double count = static_cast<double>(x.numel() / shape[0] / shape[1]);
  for (int64_t c = 0; c < shape[1]; ++c) {
    double mean = 0, variance = 0;  // averages over the samples
    for (int64_t n = 0; n < shape[0]; ++n) {
      const auto [m, v] = statistics(x.narrow(0, n, 1), c);
      mean += m / static_cast<double>(shape[0]), variance += v / static_cast<double>(shape[0]);
    }
    CHECK(element(tracked.params[0], {c}) == Approx(0.25 * mean).margin(1e-6));
    CHECK(element(tracked.params[1], {c}) == Approx(0.75 + 0.25 * variance * count / (count - 1)));
  }
  tracked.params[0].fill_(1), tracked.params[1].fill_(4);
  CHECK(greatest_difference(tracked(x), (x.to(at::kDouble) - 1) / std::sqrt(4 + 1e-5)) < 1e-5);
}

}  // namespace test
