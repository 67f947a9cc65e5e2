// nn.tanh: the hyperbolic tangent.
#include <ATen/ops/tanh.h>

#include "nn.h"

namespace mase::nn {
namespace {

class Tanh final : public Elementwise {
 public:
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override { return {at::tanh(inputs[0])}; }
};

}  // namespace

void add_tanh(Registrar& r) { r.add<Tanh>("nn.tanh", "The hyperbolic tangent"); }

}  // namespace mase::nn
