// nn.softsign: x / (1 + |x|).
#include <ATen/ops/abs.h>
#include <ATen/ops/add.h>
#include <ATen/ops/div.h>

#include "nn.h"

namespace mase::nn {
namespace {

class Softsign final : public Elementwise {
 public:
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    return {at::div(inputs[0], at::add(at::abs(inputs[0]), 1))};
  }
};

}  // namespace

void add_softsign(Registrar& r) { r.add<Softsign>("nn.softsign", "x / (1 + |x|)"); }

}  // namespace mase::nn
