// nn.convtranspose2d: the transpose of a convolution, PyTorch's ConvTranspose2d under MASE's name.
#include <ATen/ops/conv_transpose2d.h>

#include <numeric>

#include "grid.h"
#include "nn.h"

namespace mase::nn {
namespace {

class Convtranspose2d final : public Op {
 public:
  struct Config {
    int64_t in_channels = 0;
    int64_t out_channels = 0;
    Pair kernel_size = 0;
    Pair stride = 1;
    Pair padding = 0;
    Pair output_padding = 0;
    int64_t groups = 1;
    bool bias = true;
    Pair dilation = 1;
    std::string padding_mode = "zeros";
    static void schema(Schema<Config>& s);
    void check(const Value& v) const;
  };
  explicit Convtranspose2d(Config c) : config_(std::move(c)) {}

  std::vector<ParameterInfo> parameters() const override {
    if (!config_.bias) return {{"weight"}};
    return {{"weight"}, {"bias", false, true}};
  }
  Tensors forward(const Tensors& inputs, Tensors& params, OpContext&) const override {
    const auto bias = config_.bias ? std::optional<at::Tensor>(params[1]) : std::nullopt;
    return {at::conv_transpose2d(inputs[0], params[0], bias, config_.stride.list(), config_.padding.list(),
                                 config_.output_padding.list(), config_.groups, config_.dilation.list())};
  }
  Tensors initialize(const std::vector<Shape>& inputs, Random& random) const override {
    const Pair& k = config_.kernel_size;
    return uniform_parameters({in_channels(inputs), config_.out_channels / config_.groups, k.height, k.width},
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
    const Pair& k = config_.kernel_size;
    const double weights = static_cast<double>(config_.out_channels / config_.groups * k.height * k.width);
    return {sample_size(inputs.at(0)) * weights, config_.bias ? sample_size(results.at(0)) : 0};
  }
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    return accumulator(formats, terms(), config_.bias);
  }

 private:
  // The most products that meet in one result: kernel elements whose distance is a multiple of the stride.
  int64_t terms() const {
    const auto meeting = [](int64_t kernel, int64_t stride, int64_t dilation) {
      const int64_t period = stride / std::gcd(stride, dilation);
      return (kernel + period - 1) / period;
    };
    return config_.in_channels / config_.groups *
           meeting(config_.kernel_size.height, config_.stride.height, config_.dilation.height) *
           meeting(config_.kernel_size.width, config_.stride.width, config_.dilation.width);
  }
  int64_t in_channels(const std::vector<Shape>& inputs) const {
    expect_rank(inputs.at(0), 4, 4, "[batch, channels, height, width]");
    return size_from(config_.in_channels, inputs[0][1], "in_channels");
  }
  Config config_;
};

void Convtranspose2d::Config::schema(Schema<Config>& s) {
  s.field("in_channels", &Config::in_channels, "channels of the input; 0 takes them from the input").min(0);
  s.field("out_channels", &Config::out_channels, "channels of the result").min(1).required();
  s.field("kernel_size", &Config::kernel_size, "size of the kernel: an integer or [height, width]").min(1).required();
  s.field("stride", &Config::stride, "distance between the inputs' places in the result: an integer or [height, width]")
      .min(1);
  s.field("padding", &Config::padding, "elements cut off at both ends: an integer or [height, width]").min(0);
  s.field("output_padding", &Config::output_padding, "elements added at the far end: an integer or [height, width]")
      .min(0);
  s.field("groups", &Config::groups, "groups of channels that do not see each other").min(1);
  s.field("bias", &Config::bias, "whether a bias is added");
  s.field("dilation", &Config::dilation, "distance between kernel elements: an integer or [height, width]").min(1);
  s.field("padding_mode", &Config::padding_mode, "what is added at the ends").one_of({"zeros"});
}

void Convtranspose2d::Config::check(const Value& v) const {
  if (in_channels % groups != 0 || out_channels % groups != 0)
    throw Error("groups is " + std::to_string(groups) + ", which does not divide the channels", v.loc);
  const auto too_much = [](int64_t added, int64_t stride, int64_t dilation) {
    return added >= stride && added >= dilation;
  };
  if (too_much(output_padding.height, stride.height, dilation.height) ||
      too_much(output_padding.width, stride.width, dilation.width))
    throw Error("output_padding is not below stride or dilation", v.loc);
}

}  // namespace

void add_convtranspose2d(Registrar& r) {
  r.add<Convtranspose2d>("nn.convtranspose2d",
                         "Transposed convolution over height and width: it enlarges by its stride");
}

}  // namespace mase::nn
