// nn.linear: y = x W^T + b over the last axis.
#include <ATen/ops/linear.h>

#include "grid.h"
#include "nn.h"

namespace mase::nn {
namespace {

class Linear final : public Op {
 public:
  struct Config {
    int64_t in_features = 0;
    int64_t out_features = 0;
    bool bias = true;
    static void schema(Schema<Config>& s) {
      s.field("in_features", &Config::in_features, "size of the input's last axis; 0 takes it from the input").min(0);
      s.field("out_features", &Config::out_features, "size of the result's last axis").min(1).required();
      s.field("bias", &Config::bias, "whether a bias is added");
    }
  };
  explicit Linear(Config c) : config_(c) {}

  std::vector<ParameterInfo> parameters() const override {
    if (!config_.bias) return {{"weight"}};
    return {{"weight"}, {"bias", false, true}};
  }
  Tensors forward(const Tensors& inputs, Tensors& params, OpContext&) const override {
    if (!config_.bias) return {at::linear(inputs[0], params[0])};
    return {at::linear(inputs[0], params[0], params[1])};
  }
  Tensors initialize(const std::vector<Shape>& inputs, Random& random) const override {
    return uniform_parameters({config_.out_features, in_features(inputs)}, config_.bias, random);
  }
  Map resolve(const std::vector<Shape>& inputs) const override {
    Config full = config_;
    full.in_features = in_features(inputs);
    return dump(full);
  }
  OpCost cost(const std::vector<Shape>&, const std::vector<Shape>& results) const override {
    const double outputs = sample_size(results.at(0));
    return {outputs * static_cast<double>(config_.in_features), config_.bias ? outputs : 0};
  }
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    return accumulator(formats, config_.in_features, config_.bias);
  }

 private:
  int64_t in_features(const std::vector<Shape>& inputs) const {
    expect_rank(inputs.at(0), 2, 64, "[batch, ..., in_features]");
    return size_from(config_.in_features, inputs[0].back(), "in_features");
  }
  Config config_;
};

}  // namespace

void add_linear(Registrar& r) {
  r.add<Linear>("nn.linear", "Affine map of the last axis: x times the transposed weight, plus a bias");
}

}  // namespace mase::nn
