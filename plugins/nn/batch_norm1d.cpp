// nn.batch_norm1d: batch normalisation of [batch, channels] or [batch, channels, length].
#include "batch_norm.h"

namespace mase::nn {
namespace {

class BatchNorm1d final : public BatchNorm {
 public:
  using Config = BatchNormConfig;
  using BatchNorm::BatchNorm;

 private:
  void check_rank(const Shape& shape) const override {
    expect_rank(shape, 2, 3, "[batch, channels] or [batch, channels, length]");
  }
};

}  // namespace

void add_batch_norm1d(Registrar& r) {
  r.add<BatchNorm1d>("nn.batch_norm1d",
                     "Normalises each channel over the batch, or by running statistics in evaluation");
}

}  // namespace mase::nn
