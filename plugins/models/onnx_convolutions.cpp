// ONNX's convolutions.
#include "mase/text.h"
#include "onnx_operators.h"
#include "onnx_window.h"

namespace models::onnx {

namespace {

using mase::Chosen;
using mase::Map;

const Value& weight_of(const Node& n) {
  const Value& weight = n.value(1);
  if (!weight.wire.known()) throw Unsupported{"its weight is computed"};
  if (weight.wire.rank() != n.value(0).wire.rank())
    throw mase::Error(mase::format("its weight has {} axes, its input {}", weight.wire.rank(), n.value(0).wire.rank()));
  return weight;
}

std::vector<int64_t> kernel_of(const Wire& weight) {
  std::vector<int64_t> kernel;
  for (int64_t i = 2; i < weight.rank(); ++i) kernel.push_back(weight.size(i).at[0]);
  return kernel;
}

std::map<std::string, Wire> params_of(const Node& n) {
  std::map<std::string, Wire> params{{"weight", n.reader().with_format(n.value(1))}};
  if (n.has(2)) {
    if (!n.value(2).wire.known()) throw Unsupported{"its bias is computed"};
    params["bias"] = n.reader().with_format(n.value(2));
  }
  return params;
}

int64_t groups_of(const Node& n) {
  const int64_t groups = n.integer("group", 1);
  if (groups < 1) throw mase::Error(mase::format("it has {} groups", groups));
  return groups;
}

Values conv(const Node& n) {
  Wire x = n.in(0);
  const Wire& weight = weight_of(n).wire;
  Window w = window_of(n, x, kernel_of(weight));
  if (!w.is_symmetric()) {
    x = padded(n, x, w, 0);
    w.before.assign(w.kernel.size(), 0);
  }
  const Map with{{"in_channels", x.size(1).at[0]},   {"out_channels", weight.size(0).at[0]},
                 {"kernel_size", compact(w.kernel)}, {"stride", compact(w.stride)},
                 {"padding", compact(w.before)},     {"dilation", compact(w.dilation)},
                 {"groups", groups_of(n)},           {"bias", n.has(2)}};
  return {n.build().apply(n.name(), Chosen(mase::format("nn.conv{}d", w.kernel.size()), with), {x}, params_of(n))[0]};
}

// What output_shape or auto_pad leave of the full result is cut off at its ends.
void pad_output(const Node& n, const Wire& x, Window& w, const std::vector<int64_t>& extra) {
  const auto shape = n.integers("output_shape");
  const std::string pad = n.text("auto_pad", "NOTSET");
  const bool is_same = pad == "SAME_UPPER" || pad == "SAME_LOWER";
  if (!shape && !is_same) return;
  for (size_t i = 0; i < w.kernel.size(); ++i) {
    const int64_t size = x.size(static_cast<int64_t>(i) + 2).at[0];
    const int64_t full = (size - 1) * w.stride[i] + extra[i] + (w.kernel[i] - 1) * w.dilation[i] + 1;
    const int64_t wanted = shape ? shape->at(shape->size() - w.kernel.size() + i) : size * w.stride[i];
    const int64_t total = full - wanted;
    if (total < 0) throw Unsupported{"its output_shape is larger than its result"};
    w.before[i] = pad == "SAME_UPPER" ? total / 2 : total - total / 2;
    w.after[i] = total - w.before[i];
  }
}

Values conv_transpose(const Node& n) {
  ImportBuilder& b = n.build();
  const Wire x = n.in(0);
  const Wire& weight = weight_of(n).wire;
  Window w = window_of(n, x, kernel_of(weight));
  std::vector<int64_t> extra(w.kernel.size(), 0);
  if (const auto given = n.integers("output_padding")) extra = *given;
  if (extra.size() != w.kernel.size() ||
      (n.integers("output_shape") && n.integers("output_shape")->size() < extra.size()))
    throw mase::Error("its output_padding or output_shape does not have a number for each axis");
  pad_output(n, x, w, extra);
  // PyTorch cuts off as much at both ends: what is cut less behind is added there, what is cut more goes afterwards.
  std::vector<int64_t> cut(w.kernel.size(), 0);
  for (size_t i = 0; i < w.kernel.size(); ++i) {
    extra[i] += std::max<int64_t>(w.before[i] - w.after[i], 0);
    cut[i] = std::max<int64_t>(w.after[i] - w.before[i], 0);
  }
  const int64_t groups = groups_of(n);
  const Map with{{"in_channels", x.size(1).at[0]},
                 {"out_channels", weight.size(1).at[0] * groups},
                 {"kernel_size", compact(w.kernel)},
                 {"stride", compact(w.stride)},
                 {"padding", compact(w.before)},
                 {"output_padding", compact(extra)},
                 {"groups", groups},
                 {"bias", n.has(2)},
                 {"dilation", compact(w.dilation)}};
  Wire y = b.apply(n.name(), Chosen(mase::format("nn.convtranspose{}d", w.kernel.size()), with), {x}, params_of(n))[0];
  for (size_t i = 0; i < cut.size(); ++i)
    if (const auto axis = static_cast<int64_t>(i) + 2; cut[i] > 0)
      y = b.slice(mase::format("{}_cut{}", n.name(), i), y, axis, 0, y.size(axis).at[0] - cut[i], 1);
  return {y};
}

}  // namespace

void add_convolutions(Table& t) { t["Conv"] = conv, t["ConvTranspose"] = conv_transpose; }

}  // namespace models::onnx
