// nn.rms_norm: the last axes of each sample divided by their root mean square.
#include <ATen/ops/ones.h>
#include <ATen/ops/rms_norm.h>

#include "normalized_shape.h"

namespace mase::nn {
namespace {

class RmsNorm final : public Op {
 public:
  struct Config {
    NormalizedShape normalized_shape;
    std::optional<double> eps;
    bool elementwise_affine = true;
    static void schema(Schema<Config>& s) {
      s.field("normalized_shape", &Config::normalized_shape,
              "sizes of the last axes, or one size; empty: the last axis")
          .min(1);
      s.field("eps", &Config::eps, "added to the mean square; null: the type's epsilon").min(0);
      s.field("elementwise_affine", &Config::elementwise_affine, "whether a trained weight follows");
    }
  };
  explicit RmsNorm(Config c) : config_(std::move(c)) {}

  std::vector<ParameterInfo> parameters() const override {
    if (!config_.elementwise_affine) return {};
    return {{"weight"}};
  }
  Tensors forward(const Tensors& inputs, Tensors& params, OpContext&) const override {
    const Shape axes = normalized_axes(config_.normalized_shape, shape_of(inputs[0]));
    const auto weight = params.empty() ? std::nullopt : std::optional<at::Tensor>(params[0]);
    return {at::rms_norm(inputs[0], axes, weight, config_.eps)};
  }
  Tensors initialize(const std::vector<Shape>& inputs, Random&) const override {
    if (!config_.elementwise_affine) return {};
    return {at::ones(normalized_axes(config_.normalized_shape, inputs.at(0)), at::TensorOptions().dtype(at::kFloat))};
  }
  Map resolve(const std::vector<Shape>& inputs) const override {
    Config full = config_;
    full.normalized_shape.sizes = normalized_axes(config_.normalized_shape, inputs.at(0));
    return dump(full);
  }
  // Square, add, divide; and the weight.
  OpCost cost(const std::vector<Shape>&, const std::vector<Shape>& results) const override {
    return {0, (config_.elementwise_affine ? 4 : 3) * sample_size(results.at(0))};
  }

 private:
  Config config_;
};

}  // namespace

void add_rms_norm(Registrar& r) {
  r.add<RmsNorm>("nn.rms_norm", "The last axes of each sample divided by their root mean square");
}

}  // namespace mase::nn
