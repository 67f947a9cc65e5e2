// nn.batch_norm2d: batch normalisation of [batch, channels, height, width].
#include "batch_norm.h"

namespace mase::nn {
namespace {

class BatchNorm2d final : public BatchNorm {
 public:
  using Config = BatchNormConfig;
  using BatchNorm::BatchNorm;

 private:
  void check_rank(const Shape& shape) const override { expect_rank(shape, 4, 4, "[batch, channels, height, width]"); }
};

}  // namespace

void add_batch_norm2d(Registrar& r) {
  r.add<BatchNorm2d>("nn.batch_norm2d",
                     "Normalises each channel over the batch, or by running statistics in evaluation");
}

}  // namespace mase::nn
