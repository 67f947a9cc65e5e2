// nn.instance_norm1d: instance normalisation of [batch, channels, length].
#include "instance_norm.h"

namespace mase::nn {
namespace {

class InstanceNorm1d final : public InstanceNorm {
 public:
  using Config = InstanceNormConfig;
  using InstanceNorm::InstanceNorm;

 private:
  void check_rank(const Shape& shape) const override { expect_rank(shape, 3, 3, "[batch, channels, length]"); }
};

}  // namespace

void add_instance_norm1d(Registrar& r) {
  r.add<InstanceNorm1d>("nn.instance_norm1d", "Mean 0 and variance 1 over each channel of each sample");
}

}  // namespace mase::nn
