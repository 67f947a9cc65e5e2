// nn.pow: the first input to the power of the second.
#include <ATen/ops/item.h>
#include <ATen/ops/pow.h>

#include "nn.h"

namespace mase::nn {
namespace {

class Pow final : public Elementwise {
 public:
  std::pair<int, int> arity() const override { return {2, 2}; }
  // A constant exponent takes LibTorch's way for numbers, which has its own code for squares, cubes and roots.
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    const at::Tensor &base = inputs[0], &exponent = inputs[1];
    const auto is_number = [](const at::Tensor& t) { return t.dim() == 0 && !t.requires_grad(); };
    if (is_number(exponent)) return {at::pow(base, exponent.item())};
    if (is_number(base)) return {at::pow(base.item(), exponent)};
    return {at::pow(base, exponent)};
  }
};

}  // namespace

void add_pow(Registrar& r) { r.add<Pow>("nn.pow", "The first input to the power of the second"); }

}  // namespace mase::nn
