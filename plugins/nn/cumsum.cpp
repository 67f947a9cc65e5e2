// nn.cumsum: sums of an element and all before it along an axis.
#include <ATen/ops/cumsum.h>

#include "grid.h"
#include "reduction.h"

namespace mase::nn {
namespace {

class Cumsum final : public ReductionBase {
 public:
  struct Config {
    int64_t dim = -1;
    static void schema(Schema<Config>& s) {
      s.field("dim", &Config::dim, "the axis, 0 being the batch; negative counts from the end").required();
    }
  };
  explicit Cumsum(Config c) : config_(c) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    return {at::cumsum(inputs[0], axis_from(config_.dim, shape_of(inputs[0])))};
  }
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    if (formats.inputs.empty() || !formats.inputs[0]) return std::nullopt;
    const auto count = reduced_count(formats, {config_.dim});
    if (!count) return std::nullopt;
    return CodeRange(*formats.inputs[0]).times(std::max<int64_t>(*count, 1)).grid();
  }

 private:
  Config config_;
};

}  // namespace

void add_cumsum(Registrar& r) { r.add<Cumsum>("nn.cumsum", "Sums of each element and all before it along an axis"); }

}  // namespace mase::nn
