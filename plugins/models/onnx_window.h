// The geometry that convolutions and pools of ONNX share.
#pragma once
#include <vector>

#include "onnx_reader.h"

namespace models::onnx {

struct Window {
  std::vector<int64_t> kernel, stride, dilation, before, after;  // one for each spatial axis

  bool is_symmetric() const { return before == after; }
};

// From a node's attributes and its input; `kernel` where kernel_shape is not given.
Window window_of(const Node& n, const Wire& x, std::vector<int64_t> kernel);

// The input with `before` and `after` elements of `value` at the ends of its spatial axes.
Wire padded(const Node& n, const Wire& x, const Window& w, double value);

// A list as operators take it: one number where all are the same.
mase::Value compact(const std::vector<int64_t>& list);

}  // namespace models::onnx
