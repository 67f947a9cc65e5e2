// nn.silu: x sigmoid(x).
#include <ATen/ops/silu.h>

#include "nn.h"

namespace mase::nn {
namespace {

class Silu final : public Elementwise {
 public:
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override { return {at::silu(inputs[0])}; }
};

}  // namespace

void add_silu(Registrar& r) { r.add<Silu>("nn.silu", "x times its logistic function, also called swish"); }

}  // namespace mase::nn
