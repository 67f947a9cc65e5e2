// Kernels, strides and padding of ONNX's convolutions and pools.
#include "onnx_window.h"

#include <algorithm>

#include "mase/text.h"

namespace models::onnx {

namespace {

std::vector<int64_t> list_of(const Node& n, const char* name, size_t count, int64_t otherwise, int64_t least) {
  const auto given = n.integers(name);
  std::vector<int64_t> list = given ? *given : std::vector<int64_t>(count, otherwise);
  if (list.size() != count)
    throw mase::Error(mase::format("its {} has {} numbers, expected {}", name, list.size(), count));
  for (const int64_t v : list)
    if (v < least || v > 1 << 20) throw mase::Error(mase::format("its {} holds {}", name, v));
  return list;
}

// What auto_pad adds so that there is a result for each stride.
void pad_same(const Wire& x, Window& w, bool upper) {
  for (size_t i = 0; i < w.kernel.size(); ++i) {
    const int64_t size = x.size(static_cast<int64_t>(i) + 2).at[0];
    const int64_t results = (size + w.stride[i] - 1) / w.stride[i];
    const int64_t total =
        std::max<int64_t>((results - 1) * w.stride[i] + (w.kernel[i] - 1) * w.dilation[i] + 1 - size, 0);
    w.before[i] = upper ? total / 2 : total - total / 2;
    w.after[i] = total - w.before[i];
  }
}

}  // namespace

Window window_of(const Node& n, const Wire& x, std::vector<int64_t> kernel) {
  if (x.rank() < 3 || x.rank() > 5) throw Unsupported{mase::format("its input has {} axes", x.rank())};
  const auto axes = static_cast<size_t>(x.rank() - 2);
  Window w;
  if (n.integers("kernel_shape") || kernel.empty()) {
    w.kernel = list_of(n, "kernel_shape", axes, 0, 1);
    if (!kernel.empty() && w.kernel != kernel)
      throw mase::Error(mase::format("its kernel_shape is {}, but its weight has {}", mase::Value(w.kernel).json(),
                                     mase::Value(kernel).json()));
  } else {
    w.kernel = std::move(kernel);
  }
  w.stride = list_of(n, "strides", axes, 1, 1), w.dilation = list_of(n, "dilations", axes, 1, 1);
  const std::vector<int64_t> pads = list_of(n, "pads", 2 * axes, 0, 0);
  w.before.assign(pads.begin(), pads.begin() + static_cast<int64_t>(axes));
  w.after.assign(pads.begin() + static_cast<int64_t>(axes), pads.end());
  const std::string pad = n.text("auto_pad", "NOTSET");
  if (pad == "SAME_UPPER" || pad == "SAME_LOWER") {
    pad_same(x, w, pad == "SAME_UPPER");
  } else if (pad == "VALID") {
    w.before.assign(axes, 0), w.after.assign(axes, 0);
  } else if (pad != "NOTSET" && !pad.empty()) {
    throw Unsupported{mase::format("its auto_pad is {}", pad)};
  }
  return w;
}

Wire padded(const Node& n, const Wire& x, const Window& w, double value) {
  mase::List pad;  // the last axis first
  for (size_t i = w.kernel.size(); i-- > 0;) pad.push_back(w.before[i]), pad.push_back(w.after[i]);
  mase::Map with{{"pad", pad}};
  if (value != 0) with.set("value", value);
  return n.build().call(n.name() + "_pad", "pad", {x}, with);
}

mase::Value compact(const std::vector<int64_t>& list) {
  const bool all_same = std::all_of(list.begin(), list.end(), [&](int64_t v) { return v == list[0]; });
  return all_same && !list.empty() ? mase::Value(list[0]) : mase::Value(list);
}

}  // namespace models::onnx
