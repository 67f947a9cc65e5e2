// nn.instance_norm3d: instance normalisation of [batch, channels, depth, height, width].
#include "instance_norm.h"

namespace mase::nn {
namespace {

class InstanceNorm3d final : public InstanceNorm {
 public:
  using Config = InstanceNormConfig;
  using InstanceNorm::InstanceNorm;

 private:
  void check_rank(const Shape& shape) const override {
    expect_rank(shape, 5, 5, "[batch, channels, depth, height, width]");
  }
};

}  // namespace

void add_instance_norm3d(Registrar& r) {
  r.add<InstanceNorm3d>("nn.instance_norm3d", "Mean 0 and variance 1 over each channel of each sample");
}

}  // namespace mase::nn
