// nn.maximum and nn.minimum: the greater or the lesser of two inputs, element by element.
#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>

#include "function.h"
#include "grid.h"

namespace mase::nn {
namespace {

class Maximum final : public Binary<at::maximum> {
 public:
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    if (!formats.inputs.at(0) || !formats.inputs.at(1)) return std::nullopt;
    return CodeRange(*formats.inputs[0]).greatest(CodeRange(*formats.inputs[1])).grid();
  }
};

class Minimum final : public Binary<at::minimum> {
 public:
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    if (!formats.inputs.at(0) || !formats.inputs.at(1)) return std::nullopt;
    return CodeRange(*formats.inputs[0]).least(CodeRange(*formats.inputs[1])).grid();
  }
};

}  // namespace

void add_maximum(Registrar& r) {
  r.add<Maximum>("nn.maximum", "The greater of two inputs");
  r.add<Minimum>("nn.minimum", "The lesser of two inputs");
}

}  // namespace mase::nn
