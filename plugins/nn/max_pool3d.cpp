// nn.max_pool3d: the greatest value of each window.
#include <ATen/ops/max_pool3d.h>

#include "nn.h"

namespace mase::nn {
namespace {

class MaxPool3d final : public PassThrough {
 public:
  struct Config {
    Triple kernel_size = 0;
    std::optional<Triple> stride;
    Triple padding = 0;
    Triple dilation = 1;
    bool ceil_mode = false;
    static void schema(Schema<Config>& s) {
      s.field("kernel_size", &Config::kernel_size, "size of a window: an integer or [depth, height, width]")
          .min(1)
          .required();
      s.field("stride", &Config::stride,
              "step of the window: an integer or [depth, height, width]; null is the window's size")
          .min(1);
      s.field("padding", &Config::padding,
              "elements added at both ends, which never win: an integer or [depth, height, width]")
          .min(0);
      s.field("dilation", &Config::dilation,
              "distance between elements of a window: an integer or [depth, height, width]")
          .min(1);
      s.field("ceil_mode", &Config::ceil_mode, "whether a last window may reach beyond the end");
    }
  };
  explicit MaxPool3d(Config c) : config_(c) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    expect_rank(shape_of(inputs[0]), 5, 5, "[batch, channels, depth, height, width]");
    const Triple stride = config_.stride.value_or(config_.kernel_size);
    return {at::max_pool3d(inputs[0], config_.kernel_size.list(), stride.list(), config_.padding.list(),
                           config_.dilation.list(), config_.ceil_mode)};
  }
  OpCost cost(const std::vector<Shape>&, const std::vector<Shape>& results) const override {
    return {0, sample_size(results.at(0)) * static_cast<double>(config_.kernel_size.count())};
  }

 private:
  Config config_;
};

}  // namespace

void add_max_pool3d(Registrar& r) {
  r.add<MaxPool3d>("nn.max_pool3d", "Greatest value of each window over depth, height and width");
}

}  // namespace mase::nn
