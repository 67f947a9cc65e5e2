// nn.adaptive_max_pool2d: greatest values of windows that divide the input into output_size parts.
#include <ATen/ops/adaptive_max_pool2d.h>

#include "output_size.h"

namespace mase::nn {
namespace {

class AdaptiveMaxPool2d final : public PassThrough {
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
  explicit AdaptiveMaxPool2d(Config c) : config_(c) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    expect_rank(shape_of(inputs[0]), 4, 4, "[batch, channels, height, width]");
    return {std::get<0>(at::adaptive_max_pool2d(inputs[0], config_.output_size.for_input(shape_of(inputs[0]))))};
  }
  OpCost cost(const std::vector<Shape>& inputs, const std::vector<Shape>&) const override {
    return {0, sample_size(inputs.at(0))};
  }

 private:
  Config config_;
};

}  // namespace

void add_adaptive_max_pool2d(Registrar& r) {
  r.add<AdaptiveMaxPool2d>("nn.adaptive_max_pool2d",
                           "Greatest value of windows that divide height and width into a given number of parts");
}

}  // namespace mase::nn
