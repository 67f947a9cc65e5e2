// nn.adaptive_avg_pool3d: means of windows that divide the input into output_size parts.
#include <ATen/ops/adaptive_avg_pool3d.h>

#include "grid.h"
#include "output_size.h"

namespace mase::nn {
namespace {

class AdaptiveAvgPool3d final : public Op {
 public:
  struct Config {
    OutputSize<3> output_size;
    static void schema(Schema<Config>& s) {
      s.field("output_size", &Config::output_size,
              "size of the result: an integer or [depth, height, width]; null keeps a size")
          .min(1)
          .required();
    }
  };
  explicit AdaptiveAvgPool3d(Config c) : config_(c) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    expect_rank(shape_of(inputs[0]), 5, 5, "[batch, channels, depth, height, width]");
    return {at::adaptive_avg_pool3d(inputs[0], config_.output_size.for_input(shape_of(inputs[0])))};
  }
  OpCost cost(const std::vector<Shape>& inputs, const std::vector<Shape>&) const override {
    return {0, sample_size(inputs.at(0))};
  }
  // Exact when all windows have the same size and that is a power of two.
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    if (formats.input_shapes.empty() || formats.input_shapes[0].size() != 5) return std::nullopt;
    return mean_grid(formats, config_.output_size.window(formats.input_shapes[0]));
  }

 private:
  Config config_;
};

}  // namespace

void add_adaptive_avg_pool3d(Registrar& r) {
  r.add<AdaptiveAvgPool3d>("nn.adaptive_avg_pool3d",
                           "Mean of windows that divide depth, height and width into a given number of parts");
}

}  // namespace mase::nn
