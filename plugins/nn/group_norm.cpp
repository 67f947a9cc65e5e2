// nn.group_norm: mean 0 and variance 1 over each group of channels of each sample.
#include <ATen/ops/group_norm.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include "nn.h"

namespace mase::nn {
namespace {

class GroupNorm final : public Op {
 public:
  struct Config {
    int64_t num_groups = 0;
    int64_t num_channels = 0;
    double eps = 1e-5;
    bool affine = true;
    static void schema(Schema<Config>& s) {
      s.field("num_groups", &Config::num_groups, "groups into which the channels are divided").min(1).required();
      s.field("num_channels", &Config::num_channels, "channels of the input; 0 takes them from the input").min(0);
      s.field("eps", &Config::eps, "added to the variance").min(0);
      s.field("affine", &Config::affine, "whether a trained weight and bias per channel follow");
    }
    void check(const Value& v) const {
      if (num_channels % num_groups == 0) return;
      throw Error("num_groups is " + std::to_string(num_groups) + ", which does not divide the " +
                      std::to_string(num_channels) + " channels",
                  v.loc);
    }
  };
  explicit GroupNorm(Config c) : config_(c) {}

  std::vector<ParameterInfo> parameters() const override {
    if (!config_.affine) return {};
    return {{"weight"}, {"bias"}};
  }
  Tensors forward(const Tensors& inputs, Tensors& params, OpContext&) const override {
    const auto param = [&](size_t i) { return config_.affine ? std::optional<at::Tensor>(params[i]) : std::nullopt; };
    return {at::group_norm(inputs[0], config_.num_groups, param(0), param(1), config_.eps, false)};
  }
  Tensors initialize(const std::vector<Shape>& inputs, Random&) const override {
    if (!config_.affine) return {};
    const Shape shape{num_channels(inputs)};
    const auto options = at::TensorOptions().dtype(at::kFloat);
    return {at::ones(shape, options), at::zeros(shape, options)};
  }
  Map resolve(const std::vector<Shape>& inputs) const override {
    Config full = config_;
    full.num_channels = num_channels(inputs);
    full.check(Value());
    return dump(full);
  }
  // Mean and variance: add, subtract, multiply, add; then divide, and the affine map.
  OpCost cost(const std::vector<Shape>&, const std::vector<Shape>& results) const override {
    return {0, (config_.affine ? 7 : 5) * sample_size(results.at(0))};
  }

 private:
  int64_t num_channels(const std::vector<Shape>& inputs) const {
    expect_rank(inputs.at(0), 2, 64, "[batch, channels, ...]");
    return size_from(config_.num_channels, inputs[0][1], "num_channels");
  }
  Config config_;
};

}  // namespace

void add_group_norm(Registrar& r) {
  r.add<GroupNorm>("nn.group_norm", "Mean 0 and variance 1 over each group of channels of each sample");
}

}  // namespace mase::nn
