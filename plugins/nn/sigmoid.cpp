// nn.sigmoid: 1 / (1 + exp(-x)).
#include <ATen/ops/sigmoid.h>

#include "nn.h"

namespace mase::nn {
namespace {

class Sigmoid final : public Elementwise {
 public:
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override { return {at::sigmoid(inputs[0])}; }
};

}  // namespace

void add_sigmoid(Registrar& r) { r.add<Sigmoid>("nn.sigmoid", "The logistic function, 1 / (1 + exp(-x))"); }

}  // namespace mase::nn
