// Pooling and resizing in ONNX.
#include <ATen/ops/tensor.h>

#include <algorithm>

#include "onnx_emit.h"

namespace mase::exporting {
namespace {

size_t axes_of(OnnxEmit& e) { return static_cast<size_t>(e.node.mase_op[e.node.mase_op.size() - 2] - '0'); }  // ..2d

// Padding at both ends. ONNX and PyTorch differ about last windows that begin in the padding, so that ceil_mode is
// written as the padding that gives as many windows as PyTorch has.
struct Window {
  std::vector<int64_t> kernel, stride, pads;
  bool reaches_beyond = false;  // some window holds more than the input and its padding
};

Window window_of(OnnxEmit& e) {
  const size_t axes = axes_of(e);
  Window w{e.list("kernel_size", axes), e.list(e.is_null("stride") ? "kernel_size" : "stride", axes),
           e.list("padding", axes)};
  const std::vector<int64_t> begin = w.pads;
  const std::vector<int64_t> dilation = e.fields.find("dilation") ? e.list("dilation", axes) : Shape(axes, 1);
  const Shape from = e.shape(0), to = e.node.meta.common.results.at("data_out_0").shape;
  for (size_t i = 0; i < axes; ++i) {
    const int64_t size = from[from.size() - axes + i], count = to[to.size() - axes + i];
    const int64_t reach = (count - 1) * w.stride[i] + dilation[i] * (w.kernel[i] - 1) + 1;
    const int64_t end = e.flag("ceil_mode") ? std::max<int64_t>(reach - size - begin[i], 0) : begin[i];
    w.reaches_beyond = w.reaches_beyond || end > begin[i];
    w.pads.push_back(end);
  }
  return w;
}

Names max_pool(OnnxEmit& e) {
  const Window w = window_of(e);
  return {e.add("MaxPool", {e.in(0)},
                {{"kernel_shape", w.kernel},
                 {"strides", w.stride},
                 {"pads", w.pads},
                 {"dilations", e.list("dilation", axes_of(e))}})};
}

Names avg_pool(OnnxEmit& e) {
  const Window w = window_of(e);
  const Value* divisor = e.fields.find("divisor_override");
  const bool overridden = divisor && !divisor->is_null();
  const std::vector<int64_t> padding = e.list("padding", axes_of(e));
  const bool padded = std::any_of(padding.begin(), padding.end(), [](int64_t n) { return n > 0; });
  const bool counts = e.flag("count_include_pad") && padded;  // without padding there is nothing to count
  if (w.reaches_beyond && counts) throw NoCounterpart{"ceil_mode counts padding but not what lies beyond it"};
  const std::string mean = e.add("AveragePool", {e.in(0)},
                                 {{"kernel_shape", w.kernel},
                                  {"strides", w.stride},
                                  {"pads", w.pads},
                                  {"count_include_pad", overridden || counts}});
  if (!overridden) return {mean};
  double elements = 1;
  for (const int64_t n : w.kernel) elements *= static_cast<double>(n);
  return {e.add("Mul", {mean, e.number(elements / divisor->as_double())})};
}

Names adaptive_pool(OnnxEmit& e) {
  const bool is_max = e.node.mase_op.find("max") != std::string::npos;
  const size_t axes = axes_of(e);
  const Shape shape = e.shape(0);
  const std::vector<int64_t> to = e.list("output_size", axes);
  std::vector<int64_t> kernel;
  bool is_global = true;
  for (size_t i = 0; i < axes; ++i) {
    const int64_t from = shape[shape.size() - axes + i];
    if (to[i] <= 0 || from % to[i] != 0)
      throw NoCounterpart{"its windows differ in size: " + std::to_string(from) + " places into " +
                          std::to_string(to[i])};
    kernel.push_back(from / to[i]);
    is_global = is_global && to[i] == 1;
  }
  if (is_global) return {e.add(is_max ? "GlobalMaxPool" : "GlobalAveragePool", {e.in(0)})};
  return {e.add(is_max ? "MaxPool" : "AveragePool", {e.in(0)}, {{"kernel_shape", kernel}, {"strides", kernel}})};
}

std::vector<double> numbers_of(const Value& list, size_t size) {
  std::vector<double> numbers;
  for (const Value& v : list.as_list()) numbers.push_back(v.as_double());
  if (numbers.size() == 1) numbers.resize(size, numbers[0]);
  return numbers;
}

Names interpolate(OnnxEmit& e) {
  const std::string& mode = e.fields.at("mode").as_string();
  const auto axes = static_cast<size_t>(e.rank(0) - 2);
  const bool nearest = mode == "nearest", exact = mode == "nearest_exact";
  OnnxAttributes attributes = {{"mode", nearest || exact ? "nearest" : mode == "bicubic" ? "cubic" : "linear"}};
  attributes.emplace_back("coordinate_transformation_mode", nearest                   ? "asymmetric"
                                                            : exact                   ? "half_pixel"
                                                            : e.flag("align_corners") ? "align_corners"
                                                                                      : "pytorch_half_pixel");
  if (nearest || exact) attributes.emplace_back("nearest_mode", nearest ? "floor" : "round_prefer_ceil");
  if (mode == "bicubic") attributes.emplace_back("cubic_coeff_a", -0.75);
  Names inputs = {e.in(0), ""};
  if (const std::vector<double> scales = numbers_of(e.fields.at("scale_factor"), axes); !scales.empty()) {
    std::vector<double> all = {1, 1};
    all.insert(all.end(), scales.begin(), scales.end());
    inputs.push_back(e.out.constant(e.node.name, at::tensor(all, at::TensorOptions().dtype(at::kFloat))));
  } else {
    const std::string kept = e.add("Slice", {e.add("Shape", {e.in(0)}), e.integers({0}), e.integers({2})});
    inputs.push_back("");
    inputs.push_back(e.add("Concat", {kept, e.integers(e.list("size", axes))}, {{"axis", 0}}));
  }
  return {e.add("Resize", inputs, attributes)};
}

}  // namespace

void add_onnx_pools(OnnxEmitters& t) {
  t["interpolate"] = interpolate;
  for (const char* name : {"max_pool1d", "max_pool2d", "max_pool3d"}) t[name] = max_pool;
  for (const char* name : {"avg_pool1d", "avg_pool2d", "avg_pool3d"}) t[name] = avg_pool;
  for (const char* kind : {"adaptive_avg_pool", "adaptive_max_pool"})
    for (const char* axes : {"1d", "2d", "3d"}) t[std::string(kind) + axes] = adaptive_pool;
}

}  // namespace mase::exporting
