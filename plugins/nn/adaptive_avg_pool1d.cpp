// nn.adaptive_avg_pool1d: means of windows that divide the input into output_size parts.
#include <ATen/ops/adaptive_avg_pool1d.h>

#include "grid.h"
#include "nn.h"

namespace mase::nn {
namespace {

class AdaptiveAvgPool1d final : public Op {
 public:
  struct Config {
    int64_t output_size = 0;
    static void schema(Schema<Config>& s) {
      s.field("output_size", &Config::output_size, "size of the result").min(1).required();
    }
  };
  explicit AdaptiveAvgPool1d(Config c) : config_(c) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    expect_rank(shape_of(inputs[0]), 3, 3, "[batch, channels, length]");
    return {at::adaptive_avg_pool1d(inputs[0], config_.output_size)};
  }
  OpCost cost(const std::vector<Shape>& inputs, const std::vector<Shape>&) const override {
    return {0, sample_size(inputs.at(0))};
  }
  // Exact when all windows have the same size and that is a power of two.
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    if (formats.input_shapes.empty() || formats.input_shapes[0].size() != 3) return std::nullopt;
    const int64_t length = formats.input_shapes[0][2];
    return length % config_.output_size == 0 ? mean_grid(formats, length / config_.output_size) : std::nullopt;
  }

 private:
  Config config_;
};

}  // namespace

void add_adaptive_avg_pool1d(Registrar& r) {
  r.add<AdaptiveAvgPool1d>("nn.adaptive_avg_pool1d",
                           "Mean of windows that divide one axis into a given number of parts");
}

}  // namespace mase::nn
