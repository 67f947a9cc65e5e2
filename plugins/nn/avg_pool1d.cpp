// nn.avg_pool1d: the mean of each window.
#include <ATen/ops/avg_pool1d.h>

#include "grid.h"
#include "nn.h"

namespace mase::nn {
namespace {

class AvgPool1d final : public Op {
 public:
  struct Config {
    int64_t kernel_size = 0;
    std::optional<int64_t> stride;
    int64_t padding = 0;
    bool ceil_mode = false;
    bool count_include_pad = true;
    static void schema(Schema<Config>& s) {
      s.field("kernel_size", &Config::kernel_size, "size of a window").min(1).required();
      s.field("stride", &Config::stride, "step of the window; null is the window's size").min(1);
      s.field("padding", &Config::padding, "zeros added at both ends").min(0);
      s.field("ceil_mode", &Config::ceil_mode, "whether a last window may reach beyond the end");
      s.field("count_include_pad", &Config::count_include_pad, "whether added zeros count in the mean");
    }
  };
  explicit AvgPool1d(Config c) : config_(c) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    expect_rank(shape_of(inputs[0]), 3, 3, "[batch, channels, length]");
    const int64_t stride = config_.stride.value_or(config_.kernel_size);
    return {at::avg_pool1d(inputs[0], config_.kernel_size, stride, config_.padding, config_.ceil_mode,
                           config_.count_include_pad)};
  }
  OpCost cost(const std::vector<Shape>&, const std::vector<Shape>& results) const override {
    return {0, sample_size(results.at(0)) * static_cast<double>(window() + 1)};
  }
  // Exact while every window divides by the same power of two.
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    const bool is_padded = config_.padding > 0;
    if (config_.ceil_mode || (is_padded && !config_.count_include_pad)) return std::nullopt;
    return mean_grid(formats, window());
  }

 private:
  int64_t window() const { return config_.kernel_size; }
  Config config_;
};

}  // namespace

void add_avg_pool1d(Registrar& r) { r.add<AvgPool1d>("nn.avg_pool1d", "Mean of each window over one axis"); }

}  // namespace mase::nn
