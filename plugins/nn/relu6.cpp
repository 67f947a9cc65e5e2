// nn.relu6: min(max(x, 0), 6).
#include <ATen/ops/relu6.h>

#include "grid.h"
#include "nn.h"

namespace mase::nn {
namespace {

class Relu6 final : public Elementwise {
 public:
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override { return {at::relu6(inputs[0])}; }
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    return clamped_grid(formats, 0, 6);
  }
};

}  // namespace

void add_relu6(Registrar& r) { r.add<Relu6>("nn.relu6", "Values are limited to 0 and 6"); }

}  // namespace mase::nn
