// nn.relu: max(x, 0).
#include <ATen/ops/relu.h>

#include "nn.h"

namespace mase::nn {
namespace {

class Relu final : public PassThrough {
 public:
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override { return {at::relu(inputs[0])}; }
  OpCost cost(const std::vector<Shape>&, const std::vector<Shape>& results) const override {
    return {0, sample_size(results.at(0))};
  }
};

}  // namespace

void add_relu(Registrar& r) { r.add<Relu>("nn.relu", "Negative values become zero"); }

}  // namespace mase::nn
