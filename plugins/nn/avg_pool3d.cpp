// nn.avg_pool3d: the mean of each window.
#include <ATen/ops/avg_pool3d.h>

#include "grid.h"
#include "nn.h"

namespace mase::nn {
namespace {

class AvgPool3d final : public Op {
 public:
  struct Config {
    Triple kernel_size = 0;
    std::optional<Triple> stride;
    Triple padding = 0;
    bool ceil_mode = false;
    bool count_include_pad = true;
    std::optional<int64_t> divisor_override;
    static void schema(Schema<Config>& s) {
      s.field("kernel_size", &Config::kernel_size, "size of a window: an integer or [depth, height, width]")
          .min(1)
          .required();
      s.field("stride", &Config::stride,
              "step of the window: an integer or [depth, height, width]; null is the window's size")
          .min(1);
      s.field("padding", &Config::padding, "zeros added at both ends: an integer or [depth, height, width]").min(0);
      s.field("ceil_mode", &Config::ceil_mode, "whether a last window may reach beyond the end");
      s.field("count_include_pad", &Config::count_include_pad, "whether added zeros count in the mean");
      s.field("divisor_override", &Config::divisor_override, "what to divide by instead of the number of elements")
          .min(1);
    }
  };
  explicit AvgPool3d(Config c) : config_(c) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    expect_rank(shape_of(inputs[0]), 5, 5, "[batch, channels, depth, height, width]");
    const Triple stride = config_.stride.value_or(config_.kernel_size);
    return {at::avg_pool3d(inputs[0], config_.kernel_size.list(), stride.list(), config_.padding.list(),
                           config_.ceil_mode, config_.count_include_pad, config_.divisor_override)};
  }
  OpCost cost(const std::vector<Shape>&, const std::vector<Shape>& results) const override {
    return {0, sample_size(results.at(0)) * static_cast<double>(window() + 1)};
  }
  // Exact while every window divides by the same power of two.
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    const bool is_padded = config_.padding.depth > 0 || config_.padding.height > 0 || config_.padding.width > 0;
    if (config_.ceil_mode || (is_padded && !config_.count_include_pad) || config_.divisor_override) return std::nullopt;
    return mean_grid(formats, window());
  }

 private:
  int64_t window() const { return config_.kernel_size.count(); }
  Config config_;
};

}  // namespace

void add_avg_pool3d(Registrar& r) {
  r.add<AvgPool3d>("nn.avg_pool3d", "Mean of each window over depth, height and width");
}

}  // namespace mase::nn
