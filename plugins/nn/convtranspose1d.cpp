// nn.convtranspose1d: the transpose of a convolution, PyTorch's ConvTranspose1d under MASE's name.
#include <ATen/ops/conv_transpose1d.h>

#include <numeric>

#include "grid.h"
#include "nn.h"

namespace mase::nn {
namespace {

class Convtranspose1d final : public Op {
 public:
  struct Config {
    int64_t in_channels = 0;
    int64_t out_channels = 0;
    int64_t kernel_size = 0;
    int64_t stride = 1;
    int64_t padding = 0;
    int64_t output_padding = 0;
    int64_t groups = 1;
    bool bias = true;
    int64_t dilation = 1;
    std::string padding_mode = "zeros";
    static void schema(Schema<Config>& s);
    void check(const Value& v) const;
  };
  explicit Convtranspose1d(Config c) : config_(std::move(c)) {}

  std::vector<ParameterInfo> parameters() const override {
    if (!config_.bias) return {{"weight"}};
    return {{"weight"}, {"bias", false, true}};
  }
  Tensors forward(const Tensors& inputs, Tensors& params, OpContext&) const override {
    const auto bias = config_.bias ? std::optional<at::Tensor>(params[1]) : std::nullopt;
    return {at::conv_transpose1d(inputs[0], params[0], bias, config_.stride, config_.padding, config_.output_padding,
                                 config_.groups, config_.dilation)};
  }
  Tensors initialize(const std::vector<Shape>& inputs, Random& random) const override {
    return uniform_parameters({in_channels(inputs), config_.out_channels / config_.groups, config_.kernel_size},
                              config_.bias, random, config_.out_channels);
  }
  Map resolve(const std::vector<Shape>& inputs) const override {
    Config full = config_;
    full.in_channels = in_channels(inputs);
    full.check(Value());
    return dump(full);
  }
  // Each input meets each weight of its group once; what falls outside the result is counted as well.
  OpCost cost(const std::vector<Shape>& inputs, const std::vector<Shape>& results) const override {
    const double weights = static_cast<double>(config_.out_channels / config_.groups * config_.kernel_size);
    return {sample_size(inputs.at(0)) * weights, config_.bias ? sample_size(results.at(0)) : 0};
  }
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    return accumulator(formats, terms(), config_.bias);
  }

 private:
  // The most products that meet in one result: kernel elements whose distance is a multiple of the stride.
  int64_t terms() const {
    const int64_t period = config_.stride / std::gcd(config_.stride, config_.dilation);
    return config_.in_channels / config_.groups * ((config_.kernel_size + period - 1) / period);
  }
  int64_t in_channels(const std::vector<Shape>& inputs) const {
    expect_rank(inputs.at(0), 3, 3, "[batch, channels, length]");
    return size_from(config_.in_channels, inputs[0][1], "in_channels");
  }
  Config config_;
};

void Convtranspose1d::Config::schema(Schema<Config>& s) {
  s.field("in_channels", &Config::in_channels, "channels of the input; 0 takes them from the input").min(0);
  s.field("out_channels", &Config::out_channels, "channels of the result").min(1).required();
  s.field("kernel_size", &Config::kernel_size, "size of the kernel").min(1).required();
  s.field("stride", &Config::stride, "distance between the inputs' places in the result").min(1);
  s.field("padding", &Config::padding, "elements cut off at both ends").min(0);
  s.field("output_padding", &Config::output_padding, "elements added at the far end").min(0);
  s.field("groups", &Config::groups, "groups of channels that do not see each other").min(1);
  s.field("bias", &Config::bias, "whether a bias is added");
  s.field("dilation", &Config::dilation, "distance between kernel elements").min(1);
  s.field("padding_mode", &Config::padding_mode, "what is added at the ends").one_of({"zeros"});
}

void Convtranspose1d::Config::check(const Value& v) const {
  if (in_channels % groups != 0 || out_channels % groups != 0)
    throw Error("groups is " + std::to_string(groups) + ", which does not divide the channels", v.loc);
  if (output_padding >= stride && output_padding >= dilation)
    throw Error("output_padding is not below stride or dilation", v.loc);
}

}  // namespace

void add_convtranspose1d(Registrar& r) {
  r.add<Convtranspose1d>("nn.convtranspose1d", "Transposed convolution over one axis: it enlarges by its stride");
}

}  // namespace mase::nn
