// nn.batch_norm3d: batch normalisation of [batch, channels, depth, height, width].
#include "batch_norm.h"

namespace mase::nn {
namespace {

class BatchNorm3d final : public BatchNorm {
 public:
  using Config = BatchNormConfig;
  using BatchNorm::BatchNorm;

 private:
  void check_rank(const Shape& shape) const override {
    expect_rank(shape, 5, 5, "[batch, channels, depth, height, width]");
  }
};

}  // namespace

void add_batch_norm3d(Registrar& r) {
  r.add<BatchNorm3d>("nn.batch_norm3d",
                     "Normalises each channel over the batch, or by running statistics in evaluation");
}

}  // namespace mase::nn
