// nn.instance_norm2d: instance normalisation of [batch, channels, height, width].
#include "instance_norm.h"

namespace mase::nn {
namespace {

class InstanceNorm2d final : public InstanceNorm {
 public:
  using Config = InstanceNormConfig;
  using InstanceNorm::InstanceNorm;

 private:
  void check_rank(const Shape& shape) const override { expect_rank(shape, 4, 4, "[batch, channels, height, width]"); }
};

}  // namespace

void add_instance_norm2d(Registrar& r) {
  r.add<InstanceNorm2d>("nn.instance_norm2d", "Mean 0 and variance 1 over each channel of each sample");
}

}  // namespace mase::nn
