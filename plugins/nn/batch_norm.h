// What batch_norm1d, 2d and 3d share: all but the rank of the input.
#pragma once
#include "nn.h"

namespace mase::nn {

struct BatchNormConfig {
  int64_t num_features = 0;
  double eps = 1e-5;
  std::optional<double> momentum = 0.1;
  bool affine = true;
  bool track_running_stats = true;
  static void schema(Schema<BatchNormConfig>& s);
};

class BatchNorm : public Op {
 public:
  explicit BatchNorm(BatchNormConfig c) : config_(c) {}
  std::vector<ParameterInfo> parameters() const override;
  Tensors forward(const Tensors& inputs, Tensors& params, OpContext& context) const override;
  Tensors initialize(const std::vector<Shape>& inputs, Random& random) const override;
  Map resolve(const std::vector<Shape>& inputs) const override;
  OpCost cost(const std::vector<Shape>& inputs, const std::vector<Shape>& results) const override;

 protected:
  virtual void check_rank(const Shape& shape) const = 0;

 private:
  int64_t num_features(const std::vector<Shape>& inputs) const;
  BatchNormConfig config_;
};

}  // namespace mase::nn
