// nn.logsigmoid: log(1 / (1 + exp(-x))).
#include <ATen/ops/log_sigmoid.h>

#include "nn.h"

namespace mase::nn {
namespace {

class Logsigmoid final : public Elementwise {
 public:
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override { return {at::log_sigmoid(inputs[0])}; }
};

}  // namespace

void add_logsigmoid(Registrar& r) { r.add<Logsigmoid>("nn.logsigmoid", "Logarithm of the logistic function"); }

}  // namespace mase::nn
