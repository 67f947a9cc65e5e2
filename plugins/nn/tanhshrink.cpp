// nn.tanhshrink: x - tanh(x).
#include <ATen/ops/sub.h>
#include <ATen/ops/tanh.h>

#include "nn.h"

namespace mase::nn {
namespace {

class Tanhshrink final : public Elementwise {
 public:
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    return {at::sub(inputs[0], at::tanh(inputs[0]))};
  }
};

}  // namespace

void add_tanhshrink(Registrar& r) { r.add<Tanhshrink>("nn.tanhshrink", "x - tanh(x)"); }

}  // namespace mase::nn
