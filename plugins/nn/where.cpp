// nn.where: the second input where the first is true, the third elsewhere.
#include <ATen/ops/where.h>

#include "grid.h"
#include "nn.h"

namespace mase::nn {
namespace {

class Where final : public Elementwise {
 public:
  std::pair<int, int> arity() const override { return {3, 3}; }
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    return {at::where(inputs[0].to(at::kBool), inputs[1], inputs[2])};
  }
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    if (!formats.inputs.at(1) || !formats.inputs.at(2)) return std::nullopt;
    return CodeRange(*formats.inputs[1]).joined(CodeRange(*formats.inputs[2])).grid();
  }
};

}  // namespace

void add_where(Registrar& r) {
  r.add<Where>("nn.where", "The second input where the first is true, the third elsewhere");
}

}  // namespace mase::nn
