// nn.max_pool1d: the greatest value of each window.
#include <ATen/ops/max_pool1d.h>

#include "nn.h"

namespace mase::nn {
namespace {

class MaxPool1d final : public PassThrough {
 public:
  struct Config {
    int64_t kernel_size = 0;
    std::optional<int64_t> stride;
    int64_t padding = 0;
    int64_t dilation = 1;
    bool ceil_mode = false;
    static void schema(Schema<Config>& s) {
      s.field("kernel_size", &Config::kernel_size, "size of a window").min(1).required();
      s.field("stride", &Config::stride, "step of the window; null is the window's size").min(1);
      s.field("padding", &Config::padding, "elements added at both ends, which never win").min(0);
      s.field("dilation", &Config::dilation, "distance between elements of a window").min(1);
      s.field("ceil_mode", &Config::ceil_mode, "whether a last window may reach beyond the end");
    }
  };
  explicit MaxPool1d(Config c) : config_(c) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    expect_rank(shape_of(inputs[0]), 3, 3, "[batch, channels, length]");
    const int64_t stride = config_.stride.value_or(config_.kernel_size);
    return {
        at::max_pool1d(inputs[0], config_.kernel_size, stride, config_.padding, config_.dilation, config_.ceil_mode)};
  }
  OpCost cost(const std::vector<Shape>&, const std::vector<Shape>& results) const override {
    return {0, sample_size(results.at(0)) * static_cast<double>(config_.kernel_size)};
  }

 private:
  Config config_;
};

}  // namespace

void add_max_pool1d(Registrar& r) { r.add<MaxPool1d>("nn.max_pool1d", "Greatest value of each window over one axis"); }

}  // namespace mase::nn
