// nn.sub: the first input less the second.
#include <ATen/ops/sub.h>

#include "grid.h"
#include "nn.h"

namespace mase::nn {
namespace {

class Sub final : public Elementwise {
 public:
  std::pair<int, int> arity() const override { return {2, 2}; }
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    return {at::sub(inputs[0], inputs[1])};
  }
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    if (!formats.inputs.at(0) || !formats.inputs.at(1)) return std::nullopt;
    return (CodeRange(*formats.inputs[0]) - CodeRange(*formats.inputs[1])).grid();
  }
};

}  // namespace

void add_sub(Registrar& r) { r.add<Sub>("nn.sub", "The first input less the second, element by element"); }

}  // namespace mase::nn
