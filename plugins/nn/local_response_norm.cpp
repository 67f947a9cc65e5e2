// nn.local_response_norm: divides by a power of the sum of squares over neighbouring channels.
#include <ATen/ops/add.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/div.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/pow.h>

#include "nn.h"

namespace mase::nn {
namespace {

class LocalResponseNorm final : public Op {
 public:
  struct Config {
    int64_t size = 0;
    double alpha = 1e-4;
    double beta = 0.75;
    double k = 1;
    static void schema(Schema<Config>& s) {
      s.field("size", &Config::size, "how many channels count").range(1, 1 << 16).required();
      s.field("alpha", &Config::alpha, "factor of the mean of the squares");
      s.field("beta", &Config::beta, "exponent of the sum");
      s.field("k", &Config::k, "added to the sum");
    }
  };
  explicit LocalResponseNorm(Config c) : config_(std::move(c)) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    const Shape shape = shape_of(inputs[0]);
    expect_rank(shape, 3, 64, "[batch, channels, ...]");
    // A mean over channels, zeros at both ends, as a pool whose height they are.
    const at::Tensor squares = at::mul(inputs[0], inputs[0]).reshape({shape[0], 1, shape[1], -1});
    const at::Tensor padded = at::constant_pad_nd(squares, {0, 0, config_.size / 2, (config_.size - 1) / 2});
    const at::Tensor means = at::avg_pool2d(padded, {config_.size, 1}, 1).reshape(shape);
    return {at::div(inputs[0], at::pow(at::add(at::mul(means, config_.alpha), config_.k), config_.beta))};
  }
  // Square, sum, factor, sum, power, division.
  OpCost cost(const std::vector<Shape>&, const std::vector<Shape>& results) const override {
    return {0, static_cast<double>(config_.size + 5) * sample_size(results.at(0))};
  }

 private:
  Config config_;
};

}  // namespace

void add_local_response_norm(Registrar& r) {
  r.add<LocalResponseNorm>("nn.local_response_norm", "Divides by a sum of squares over neighbouring channels");
}

}  // namespace mase::nn
