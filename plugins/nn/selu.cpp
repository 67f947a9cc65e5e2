// nn.selu: ELU with the scale and alpha of self-normalising networks.
#include <ATen/ops/selu.h>

#include "nn.h"

namespace mase::nn {
namespace {

class Selu final : public Elementwise {
 public:
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override { return {at::selu(inputs[0])}; }
};

}  // namespace

void add_selu(Registrar& r) {
  r.add<Selu>("nn.selu", "Exponential linear unit whose scale and alpha keep mean 0 and variance 1");
}

}  // namespace mase::nn
