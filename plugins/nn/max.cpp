// nn.max and nn.min: the greatest or the least element along an axis, and where it stands.
#include <ATen/ops/max.h>
#include <ATen/ops/min.h>

#include "reduction.h"

namespace mase::nn {
namespace {

struct AxisConfig {
  int64_t dim = -1;
  bool keepdim = false;
  static void schema(Schema<AxisConfig>& s) {
    s.field("dim", &AxisConfig::dim, "the axis that goes, 0 being the batch; negative counts from the end").required();
    s.field("keepdim", &AxisConfig::keepdim, "whether the axis stays, with one element");
  }
};

template <std::tuple<at::Tensor, at::Tensor> (*kFunction)(const at::Tensor&, int64_t, bool)>
class ExtremeWithPlace : public ReductionBase {
 public:
  using Config = AxisConfig;
  explicit ExtremeWithPlace(Config c) : config_(c) {}
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    auto [extremes, places] = kFunction(inputs[0], axis_from(config_.dim, shape_of(inputs[0])), config_.keepdim);
    return {extremes, places};
  }
  // Of the first result; places are integers.
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    return formats.inputs.empty() ? std::nullopt : formats.inputs[0];
  }

 private:
  Config config_;
};

class Max final : public ExtremeWithPlace<at::max> {
 public:
  using ExtremeWithPlace::ExtremeWithPlace;
};
class Min final : public ExtremeWithPlace<at::min> {
 public:
  using ExtremeWithPlace::ExtremeWithPlace;
};

}  // namespace

void add_max(Registrar& r) {
  r.add<Max>("nn.max", "Greatest element along an axis, and its place");
  r.add<Min>("nn.min", "Least element along an axis, and its place");
}

}  // namespace mase::nn
