// nn.hardsigmoid: min(max(x + 3, 0), 6) / 6.
#include <ATen/ops/hardsigmoid.h>

#include "nn.h"

namespace mase::nn {
namespace {

class Hardsigmoid final : public Elementwise {
 public:
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override { return {at::hardsigmoid(inputs[0])}; }
};

}  // namespace

void add_hardsigmoid(Registrar& r) { r.add<Hardsigmoid>("nn.hardsigmoid", "A piecewise linear sigmoid"); }

}  // namespace mase::nn
