// Batch normalisation, with running statistics as PyTorch keeps them.
#include "batch_norm.h"

#include <ATen/ops/batch_norm.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

namespace mase::nn {

void BatchNormConfig::schema(Schema<BatchNormConfig>& s) {
  s.field("num_features", &BatchNormConfig::num_features, "channels of the input; 0 takes them from the input").min(0);
  s.field("eps", &BatchNormConfig::eps, "added to the variance").min(0);
  s.field("momentum", &BatchNormConfig::momentum,
          "share of a new batch in the running statistics; null averages all batches")
      .range(0, 1);
  s.field("affine", &BatchNormConfig::affine, "whether a trained weight and bias follow");
  s.field("track_running_stats", &BatchNormConfig::track_running_stats,
          "whether evaluation uses statistics collected while training");
}

std::vector<ParameterInfo> BatchNorm::parameters() const {
  std::vector<ParameterInfo> infos;
  if (config_.affine) infos = {{"weight"}, {"bias"}};
  if (config_.track_running_stats)
    for (const char* name : {"running_mean", "running_var", "num_batches_tracked"}) infos.push_back({name, true});
  return infos;
}

Tensors BatchNorm::forward(const Tensors& inputs, Tensors& params, OpContext& context) const {
  const at::Tensor& x = inputs[0];
  check_rank(shape_of(x));
  const size_t first = config_.affine ? 2 : 0;
  const bool is_tracked = config_.track_running_stats;
  const bool by_batch = context.training || !is_tracked;
  if (by_batch && x.numel() == x.size(1))
    throw Error("found one value per channel, expected more: they have no variance");
  double momentum = config_.momentum.value_or(0);
  if (context.training && is_tracked) {
    params[first + 2].add_(1);
    if (!config_.momentum) momentum = 1.0 / params[first + 2].item<double>();
  }
  const auto param = [&](bool present, size_t i) {
    return present ? std::optional<at::Tensor>(params[i]) : std::nullopt;
  };
  return {at::batch_norm(x, param(config_.affine, 0), param(config_.affine, 1), param(is_tracked, first),
                         param(is_tracked, first + 1), by_batch, momentum, config_.eps, false)};
}

Tensors BatchNorm::initialize(const std::vector<Shape>& inputs, Random&) const {
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

Map BatchNorm::resolve(const std::vector<Shape>& inputs) const {
  BatchNormConfig full = config_;
  full.num_features = num_features(inputs);
  return dump(full);
}

OpCost BatchNorm::cost(const std::vector<Shape>&, const std::vector<Shape>& results) const {
  return {0, (config_.affine ? 4 : 2) * sample_size(results.at(0))};  // subtract, divide; multiply, add
}

int64_t BatchNorm::num_features(const std::vector<Shape>& inputs) const {
  check_rank(inputs.at(0));
  return size_from(config_.num_features, inputs[0][1], "num_features");
}

}  // namespace mase::nn
