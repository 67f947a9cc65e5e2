// nn.adaptive_avg_pool2d: means of windows that divide the input into output_size parts.
#include <ATen/ops/adaptive_avg_pool2d.h>

#include "grid.h"
#include "output_size.h"

namespace mase::nn {
namespace {

class AdaptiveAvgPool2d final : public Op {
 public:
  struct Config {
    OutputSize<2> output_size;
    static void schema(Schema<Config>& s) {
      s.field("output_size", &Config::output_size,
              "size of the result: an integer or [height, width]; null keeps a size")
          .min(1)
          .required();
    }
  };
  explicit AdaptiveAvgPool2d(Config c) : config_(c) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    expect_rank(shape_of(inputs[0]), 4, 4, "[batch, channels, height, width]");
    return {at::adaptive_avg_pool2d(inputs[0], config_.output_size.for_input(shape_of(inputs[0])))};
  }
  OpCost cost(const std::vector<Shape>& inputs, const std::vector<Shape>&) const override {
    return {0, sample_size(inputs.at(0))};
  }
  // Exact when all windows have the same size and that is a power of two.
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    if (formats.input_shapes.empty() || formats.input_shapes[0].size() != 4) return std::nullopt;
    return mean_grid(formats, config_.output_size.window(formats.input_shapes[0]));
  }

 private:
  Config config_;
};

}  // namespace

void add_adaptive_avg_pool2d(Registrar& r) {
  r.add<AdaptiveAvgPool2d>("nn.adaptive_avg_pool2d",
                           "Mean of windows that divide height and width into a given number of parts");
}

}  // namespace mase::nn
