// nn.mul: the product of two inputs, element by element.
#include <ATen/ops/mul.h>

#include "grid.h"
#include "nn.h"

namespace mase::nn {
namespace {

class Mul final : public Elementwise {
 public:
  std::pair<int, int> arity() const override { return {2, 2}; }
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    return {at::mul(inputs[0], inputs[1])};
  }
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    if (!formats.inputs.at(0) || !formats.inputs.at(1)) return std::nullopt;
    return (CodeRange(*formats.inputs[0]) * CodeRange(*formats.inputs[1])).grid();
  }
};

}  // namespace

void add_mul(Registrar& r) { r.add<Mul>("nn.mul", "Product of two inputs, element by element"); }

}  // namespace mase::nn
