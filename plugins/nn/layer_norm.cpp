// nn.layer_norm: mean 0 and variance 1 over the last axes of each sample.
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include "normalized_shape.h"

namespace mase::nn {
namespace {

class LayerNorm final : public Op {
 public:
  struct Config {
    NormalizedShape normalized_shape;
    double eps = 1e-5;
    bool elementwise_affine = true;
    bool bias = true;
    static void schema(Schema<Config>& s) {
      s.field("normalized_shape", &Config::normalized_shape,
              "sizes of the last axes, or one size; empty: the last axis")
          .min(1);
      s.field("eps", &Config::eps, "added to the variance").min(0);
      s.field("elementwise_affine", &Config::elementwise_affine, "whether a trained weight and bias follow");
      s.field("bias", &Config::bias, "whether there is a bias beside the weight");
    }
  };
  explicit LayerNorm(Config c) : config_(std::move(c)) {}

  std::vector<ParameterInfo> parameters() const override {
    if (!config_.elementwise_affine) return {};
    if (!config_.bias) return {{"weight"}};
    return {{"weight"}, {"bias"}};
  }
  Tensors forward(const Tensors& inputs, Tensors& params, OpContext&) const override {
    const auto param = [&](size_t i) {
      return i < params.size() ? std::optional<at::Tensor>(params[i]) : std::nullopt;
    };
    const Shape axes = normalized_axes(config_.normalized_shape, shape_of(inputs[0]));
    return {at::layer_norm(inputs[0], axes, param(0), param(1), config_.eps, false)};
  }
  Tensors initialize(const std::vector<Shape>& inputs, Random&) const override {
    const Shape axes = normalized_axes(config_.normalized_shape, inputs.at(0));
    const auto options = at::TensorOptions().dtype(at::kFloat);
    if (!config_.elementwise_affine) return {};
    if (!config_.bias) return {at::ones(axes, options)};
    return {at::ones(axes, options), at::zeros(axes, options)};
  }
  Map resolve(const std::vector<Shape>& inputs) const override {
    Config full = config_;
    full.normalized_shape.sizes = normalized_axes(config_.normalized_shape, inputs.at(0));
    return dump(full);
  }
  // Mean and variance: add, subtract, multiply, add; then divide, and the affine map.
  OpCost cost(const std::vector<Shape>&, const std::vector<Shape>& results) const override {
    const int affine = !config_.elementwise_affine ? 0 : config_.bias ? 2 : 1;
    return {0, (5 + affine) * sample_size(results.at(0))};
  }

 private:
  Config config_;
};

}  // namespace

void add_layer_norm(Registrar& r) {
  r.add<LayerNorm>("nn.layer_norm", "Mean 0 and variance 1 over the last axes of each sample");
}

}  // namespace mase::nn
