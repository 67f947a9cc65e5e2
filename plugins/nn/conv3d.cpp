// nn.conv3d: three-dimensional convolution (cross-correlation, as PyTorch has it).
#include <ATen/ops/conv3d.h>

#include "grid.h"
#include "nn.h"

namespace mase::nn {
namespace {

class Conv3d final : public Op {
 public:
  struct Config {
    int64_t in_channels = 0;
    int64_t out_channels = 0;
    Triple kernel_size = 0;
    Triple stride = 1;
    Triple padding = 0;
    Triple dilation = 1;
    int64_t groups = 1;
    bool bias = true;
    std::string padding_mode = "zeros";
    static void schema(Schema<Config>& s) {
      s.field("in_channels", &Config::in_channels, "channels of the input; 0 takes them from the input").min(0);
      s.field("out_channels", &Config::out_channels, "channels of the result").min(1).required();
      s.field("kernel_size", &Config::kernel_size, "size of the kernel: an integer or [depth, height, width]")
          .min(1)
          .required();
      s.field("stride", &Config::stride, "step of the kernel: an integer or [depth, height, width]").min(1);
      s.field("padding", &Config::padding, "zeros added at both ends: an integer or [depth, height, width]").min(0);
      s.field("dilation", &Config::dilation, "distance between kernel elements: an integer or [depth, height, width]")
          .min(1);
      s.field("groups", &Config::groups, "groups of channels that do not see each other").min(1);
      s.field("bias", &Config::bias, "whether a bias is added");
      s.field("padding_mode", &Config::padding_mode, "what is added at the ends").one_of({"zeros"});
    }
    void check(const Value& v) const {
      if (in_channels % groups != 0 || out_channels % groups != 0)
        throw Error("groups is " + std::to_string(groups) + ", which does not divide the channels", v.loc);
    }
  };
  explicit Conv3d(Config c) : config_(std::move(c)) {}

  std::vector<ParameterInfo> parameters() const override {
    if (!config_.bias) return {{"weight"}};
    return {{"weight"}, {"bias", false, true}};
  }
  Tensors forward(const Tensors& inputs, Tensors& params, OpContext&) const override {
    const auto bias = config_.bias ? std::optional<at::Tensor>(params[1]) : std::nullopt;
    return {at::conv3d(inputs[0], params[0], bias, config_.stride.list(), config_.padding.list(),
                       config_.dilation.list(), config_.groups)};
  }
  Tensors initialize(const std::vector<Shape>& inputs, Random& random) const override {
    const Triple& k = config_.kernel_size;
    const Shape weight{config_.out_channels, in_channels(inputs) / config_.groups, k.depth, k.height, k.width};
    return uniform_parameters(weight, config_.bias, random);
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
  int64_t terms() const { return config_.in_channels / config_.groups * config_.kernel_size.count(); }
  int64_t in_channels(const std::vector<Shape>& inputs) const {
    expect_rank(inputs.at(0), 5, 5, "[batch, channels, depth, height, width]");
    return size_from(config_.in_channels, inputs[0][1], "in_channels");
  }
  Config config_;
};

}  // namespace

void add_conv3d(Registrar& r) { r.add<Conv3d>("nn.conv3d", "Convolution over depth, height and width"); }

}  // namespace mase::nn
