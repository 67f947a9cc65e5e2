// Instance normalisation: batch normalisation of each sample on its own, as PyTorch has it.
#include "instance_norm.h"

#include <ATen/ops/instance_norm.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

namespace mase::nn {

void InstanceNormConfig::schema(Schema<InstanceNormConfig>& s) {
  s.field("num_features", &InstanceNormConfig::num_features, "channels of the input; 0 takes them from the input")
      .min(0);
  s.field("eps", &InstanceNormConfig::eps, "added to the variance").min(0);
  s.field("momentum", &InstanceNormConfig::momentum,
          "share of a new batch in the running statistics; null leaves them as they are")
      .range(0, 1);
  s.field("affine", &InstanceNormConfig::affine, "whether a trained weight and bias per channel follow");
  s.field("track_running_stats", &InstanceNormConfig::track_running_stats,
          "whether evaluation uses statistics collected while training");
}

std::vector<ParameterInfo> InstanceNorm::parameters() const {
  std::vector<ParameterInfo> infos;
  if (config_.affine) infos = {{"weight"}, {"bias"}};
  if (config_.track_running_stats)
    for (const char* name : {"running_mean", "running_var", "num_batches_tracked"}) infos.push_back({name, true});
  return infos;
}

Tensors InstanceNorm::forward(const Tensors& inputs, Tensors& params, OpContext& context) const {
  const at::Tensor& x = inputs[0];
  check_rank(shape_of(x));
  const size_t first = config_.affine ? 2 : 0;
  const bool is_tracked = config_.track_running_stats, by_instance = context.training || !is_tracked;
  if (by_instance && x.numel() == x.size(0) * x.size(1))
    throw Error("found one value per channel, expected more: they have no variance");
  const auto param = [&](bool present, size_t i) {
    return present ? std::optional<at::Tensor>(params[i]) : std::nullopt;
  };
  return {at::instance_norm(x, param(config_.affine, 0), param(config_.affine, 1), param(is_tracked, first),
                            param(is_tracked, first + 1), by_instance, config_.momentum.value_or(0), config_.eps,
                            false)};
}

Tensors InstanceNorm::initialize(const std::vector<Shape>& inputs, Random&) const {
  const Shape shape{num_features(inputs)};
  const auto options = at::TensorOptions().dtype(at::kFloat);
  Tensors tensors;
  if (config_.affine) tensors = {at::ones(shape, options), at::zeros(shape, options)};
  if (config_.track_running_stats) {
    tensors.push_back(at::zeros(shape, options));
    tensors.push_back(at::ones(shape, options));
    tensors.push_back(at::zeros({}, at::TensorOptions().dtype(at::kLong)));
  }
  return tensors;
}

Map InstanceNorm::resolve(const std::vector<Shape>& inputs) const {
  InstanceNormConfig full = config_;
  full.num_features = num_features(inputs);
  return dump(full);
}

OpCost InstanceNorm::cost(const std::vector<Shape>&, const std::vector<Shape>& results) const {
  // Mean and variance: add, subtract, multiply, add; then divide, and the affine map.
  return {0, (config_.affine ? 7 : 5) * sample_size(results.at(0))};
}

int64_t InstanceNorm::num_features(const std::vector<Shape>& inputs) const {
  check_rank(inputs.at(0));
  return size_from(config_.num_features, inputs[0][1], "num_features");
}

}  // namespace mase::nn
