// nn.hardswish: x min(max(x + 3, 0), 6) / 6.
#include <ATen/ops/hardswish.h>

#include "nn.h"

namespace mase::nn {
namespace {

class Hardswish final : public Elementwise {
 public:
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override { return {at::hardswish(inputs[0])}; }
};

}  // namespace

void add_hardswish(Registrar& r) { r.add<Hardswish>("nn.hardswish", "Swish with a piecewise linear sigmoid"); }

}  // namespace mase::nn
