// ATen: linear layers and convolutions.
#include <ATen/ops/_weight_norm.h>

#include <algorithm>

#include "aten.h"
#include "mase/text.h"

namespace models {

namespace {

// One number per axis of the kernel, written as one where all agree.
mase::Value per_axis(std::vector<int64_t> values, size_t axes) {
  if (values.size() == 1) values.resize(axes, values[0]);
  if (std::all_of(values.begin(), values.end(), [&](int64_t v) { return v == values[0]; })) return values[0];
  return values;
}

void set_unless(mase::Map& with, const char* name, std::vector<int64_t> values, size_t axes, int64_t usual) {
  if (values.empty()) return;
  const mase::Value value = per_axis(std::move(values), axes);
  if (!(value == mase::Value(usual))) with.set(name, value);
}

struct Convolution {
  std::vector<int64_t> stride, padding, dilation, output_padding;
  int64_t groups = 1;
  bool transposed = false;
};

Wire convolve(AtenCall& c, Wire x, const Wire& weight, const Wire& bias, const Convolution& conv) {
  if (!weight.known()) c.refuse("its weight is computed when the model runs, expected a constant");
  if (weight.rank() < 3 || weight.rank() > 5) c.refuse("expected a weight with one to three axes of the kernel");
  const auto axes = static_cast<size_t>(weight.rank() - 2);
  const bool is_single = x.rank() == weight.rank() - 1;  // no batch
  if (is_single) {
    Sizes sizes = x.sizes();
    sizes.insert(sizes.begin(), Size(1));
    x = c.builder.reshape(c.node + "_batch", x, sizes);
  }
  const int64_t first = weight.trace[0].size(0), second = weight.trace[0].size(1);
  mase::Map with;
  with.set("in_channels", conv.transposed ? first : second * conv.groups);
  with.set("out_channels", conv.transposed ? second * conv.groups : first);
  with.set("kernel_size", per_axis({weight.trace[0].sizes().begin() + 2, weight.trace[0].sizes().end()}, axes));
  set_unless(with, "stride", conv.stride, axes, 1), set_unless(with, "padding", conv.padding, axes, 0);
  set_unless(with, "dilation", conv.dilation, axes, 1);
  set_unless(with, "output_padding", conv.output_padding, axes, 0);
  if (conv.groups != 1) with.set("groups", conv.groups);
  if (!bias.usable()) with.set("bias", false);
  std::map<std::string, Wire> params{{"weight", weight}};
  if (bias.usable()) params["bias"] = bias;
  const std::string op = mase::format("nn.conv{}{}d", conv.transposed ? "transpose" : "", axes);
  Wire result = c.builder.apply(c.node, mase::Chosen(op, with), {x}, std::move(params), SIZE_MAX, c.target).front();
  if (!is_single || !result.usable()) return result;
  Sizes sizes = result.sizes();
  sizes.erase(sizes.begin());
  return c.builder.reshape(c.node + "_sample", result, sizes);
}

// "same": as many zeros as keep the size; an odd number has the spare one at the end.
Wire padded_same(AtenCall& c, Wire x, const Wire& weight, Convolution& conv) {
  std::vector<int64_t> pad;  // from the last axis
  bool is_even = true;
  for (int64_t i = weight.rank() - 3; i >= 0; --i) {
    const auto place = std::min(static_cast<size_t>(i), conv.dilation.size() - 1);
    const int64_t total = conv.dilation[place] * (weight.trace[0].size(i + 2) - 1);
    pad.push_back(total / 2), pad.push_back(total - total / 2);
    is_even &= total % 2 == 0;
  }
  if (!is_even) return c.emit("pad", {x}, {{"pad", mase::Value(pad)}});
  conv.padding.clear();
  for (size_t i = pad.size(); i >= 2; i -= 2) conv.padding.push_back(pad[i - 1]);
  return x;
}

// conv1d..3d, convolution, _convolution, conv_transpose1d..3d.
AtenValues convolution(AtenCall& c) {
  Wire x = c.tensor("input");
  const Wire weight = c.tensor("weight");
  if (!weight.known() || weight.rank() < 3) c.refuse("its weight is computed when the model runs, expected a constant");
  Convolution conv{c.integers("stride"), {}, c.integers("dilation"), {}, c.integer("groups"), false};
  conv.transposed = c.base().starts_with("conv_transpose") || (c.has("transposed") && c.flag("transposed"));
  if (c.has("output_padding")) conv.output_padding = c.integers("output_padding");
  if (!conv.transposed) conv.output_padding.clear();
  if (conv.groups < 1 || conv.dilation.empty()) c.refuse("has no groups or no dilation");
  if (const auto* text = c.arg("padding").get<std::string>()) {
    if (*text == "same") x = padded_same(c, x, weight, conv);
  } else {
    conv.padding = c.integers("padding");
  }
  return {convolve(c, x, weight, c.tensor("bias"), conv)};
}

AtenValues weight_norm(AtenCall& c) {
  const Wire v = c.tensor("v"), g = c.tensor("g");
  if (!v.known() || !g.known()) c.refuse("normalizes a weight that is computed when the model runs");
  return {ImportBuilder::known(at::_weight_norm(v.trace[0], g.trace[0], c.integer("dim")))};
}

}  // namespace

void add_aten_layers(AtenTable& t) {
  t["linear"] = [](AtenCall& c) -> AtenValues {
    return {c.builder.linear(c.node, c.tensor("input"), c.tensor("weight"), c.tensor("bias"), c.target)};
  };
  for (const char* name : {"conv1d", "conv2d", "conv3d", "convolution", "_convolution", "_convolution_mode",
                           "conv_transpose1d", "conv_transpose2d", "conv_transpose3d"})
    t[name] = convolution;
  t["_weight_norm"] = weight_norm;
  t["_weight_norm_interface"] = weight_norm;
}

}  // namespace models
