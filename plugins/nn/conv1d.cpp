// nn.conv1d: one-dimensional convolution (cross-correlation, as PyTorch has it).
#include <ATen/ops/conv1d.h>

#include "grid.h"
#include "nn.h"

namespace mase::nn {
namespace {

class Conv1d final : public Op {
 public:
  struct Config {
    int64_t in_channels = 0;
    int64_t out_channels = 0;
    int64_t kernel_size = 0;
    int64_t stride = 1;
    int64_t padding = 0;
    int64_t dilation = 1;
    int64_t groups = 1;
    bool bias = true;
    std::string padding_mode = "zeros";
    static void schema(Schema<Config>& s) {
      s.field("in_channels", &Config::in_channels, "channels of the input; 0 takes them from the input").min(0);
      s.field("out_channels", &Config::out_channels, "channels of the result").min(1).required();
      s.field("kernel_size", &Config::kernel_size, "size of the kernel").min(1).required();
      s.field("stride", &Config::stride, "step of the kernel").min(1);
      s.field("padding", &Config::padding, "zeros added at both ends").min(0);
      s.field("dilation", &Config::dilation, "distance between kernel elements").min(1);
      s.field("groups", &Config::groups, "groups of channels that do not see each other").min(1);
      s.field("bias", &Config::bias, "whether a bias is added");
      s.field("padding_mode", &Config::padding_mode, "what is added at the ends").one_of({"zeros"});
    }
    void check(const Value& v) const {
      if (in_channels % groups != 0 || out_channels % groups != 0)
        throw Error("groups is " + std::to_string(groups) + ", which does not divide the channels", v.loc);
    }
  };
  explicit Conv1d(Config c) : config_(std::move(c)) {}

  std::vector<ParameterInfo> parameters() const override {
    if (!config_.bias) return {{"weight"}};
    return {{"weight"}, {"bias", false, true}};
  }
  Tensors forward(const Tensors& inputs, Tensors& params, OpContext&) const override {
    const auto bias = config_.bias ? std::optional<at::Tensor>(params[1]) : std::nullopt;
    return {at::conv1d(inputs[0], params[0], bias, config_.stride, config_.padding, config_.dilation, config_.groups)};
  }
  Tensors initialize(const std::vector<Shape>& inputs, Random& random) const override {
    return uniform_parameters({config_.out_channels, in_channels(inputs) / config_.groups, config_.kernel_size},
                              config_.bias, random);
  }
  Map resolve(const std::vector<Shape>& inputs) const override {
    Config full = config_;
    full.in_channels = in_channels(inputs);
    full.check(Value());
    return dump(full);
  }
  OpCost cost(const std::vector<Shape>&, const std::vector<Shape>& results) const override {
    const double outputs = sample_size(results.at(0));
    return {outputs * static_cast<double>(terms()), config_.bias ? outputs : 0};
  }
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    return accumulator(formats, terms(), config_.bias);
  }

 private:
  int64_t terms() const { return config_.in_channels / config_.groups * config_.kernel_size; }
  int64_t in_channels(const std::vector<Shape>& inputs) const {
    expect_rank(inputs.at(0), 3, 3, "[batch, channels, length]");
    return size_from(config_.in_channels, inputs[0][1], "in_channels");
  }
  Config config_;
};

}  // namespace

void add_conv1d(Registrar& r) { r.add<Conv1d>("nn.conv1d", "Convolution over one axis"); }

}  // namespace mase::nn
