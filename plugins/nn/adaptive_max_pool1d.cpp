// nn.adaptive_max_pool1d: greatest values of windows that divide the input into output_size parts.
#include <ATen/ops/adaptive_max_pool1d.h>

#include "nn.h"

namespace mase::nn {
namespace {

class AdaptiveMaxPool1d final : public PassThrough {
 public:
  struct Config {
    int64_t output_size = 0;
    static void schema(Schema<Config>& s) {
      s.field("output_size", &Config::output_size, "size of the result").min(1).required();
    }
  };
  explicit AdaptiveMaxPool1d(Config c) : config_(c) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    expect_rank(shape_of(inputs[0]), 3, 3, "[batch, channels, length]");
    return {std::get<0>(at::adaptive_max_pool1d(inputs[0], config_.output_size))};
  }
  OpCost cost(const std::vector<Shape>& inputs, const std::vector<Shape>&) const override {
    return {0, sample_size(inputs.at(0))};
  }

 private:
  Config config_;
};

}  // namespace

void add_adaptive_max_pool1d(Registrar& r) {
  r.add<AdaptiveMaxPool1d>("nn.adaptive_max_pool1d",
                           "Greatest value of windows that divide one axis into a given number of parts");
}

}  // namespace mase::nn
