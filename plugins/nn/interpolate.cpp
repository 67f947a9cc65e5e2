// nn.interpolate: another size of the axes behind batch and channels, as torch.nn.functional.interpolate.
#include <ATen/ops/_upsample_nearest_exact1d.h>
#include <ATen/ops/_upsample_nearest_exact2d.h>
#include <ATen/ops/_upsample_nearest_exact3d.h>
#include <ATen/ops/upsample_bicubic2d.h>
#include <ATen/ops/upsample_bilinear2d.h>
#include <ATen/ops/upsample_linear1d.h>
#include <ATen/ops/upsample_nearest1d.h>
#include <ATen/ops/upsample_nearest2d.h>
#include <ATen/ops/upsample_nearest3d.h>
#include <ATen/ops/upsample_trilinear3d.h>

#include <algorithm>
#include <cmath>

#include "nn.h"

namespace mase::nn {
namespace {

class Interpolate final : public Op {
 public:
  struct Config {
    std::vector<int64_t> size;
    std::vector<double> scale_factor;
    std::string mode = "nearest";
    bool align_corners = false;
    static void schema(Schema<Config>& s);
    void check(const Value& v) const;
    bool is_nearest() const { return mode == "nearest" || mode == "nearest_exact"; }
  };
  explicit Interpolate(Config c) : config_(std::move(c)) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override;
  // One product for each element that a result is made of.
  OpCost cost(const std::vector<Shape>&, const std::vector<Shape>& results) const override {
    const size_t axes = results.at(0).size() - 2;
    const double each = config_.is_nearest()        ? 0
                        : config_.mode == "bicubic" ? 16
                                                    : std::ldexp(1, static_cast<int>(axes));
    return {0, each * sample_size(results[0])};
  }
  // The nearest element is one of the input's.
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    return formats.inputs.empty() || !config_.is_nearest() ? std::nullopt : formats.inputs[0];
  }

 private:
  Shape check_shape(const Shape& shape, const std::vector<double>& scales) const;
  Config config_;
};

void Interpolate::Config::schema(Schema<Config>& s) {
  s.field("size", &Config::size, "sizes of the result behind batch and channels; one stands for all").range(1, 1 << 30);
  s.field("scale_factor", &Config::scale_factor, "factors of these sizes instead of size; one stands for all")
      .range(1e-9, 1e9);
  s.field("mode", &Config::mode, "how a result follows from the elements around its place")
      .one_of({"nearest", "nearest_exact", "linear", "bilinear", "trilinear", "bicubic"});
  s.field("align_corners", &Config::align_corners, "whether the outermost elements stay in their places");
}

void Interpolate::Config::check(const Value& v) const {
  if (size.empty() == scale_factor.empty())
    throw Error(size.empty() ? "found neither size nor scale_factor, expected one of them"
                             : "found both size and scale_factor, expected one of them",
                v.loc);
  if (align_corners && is_nearest()) throw Error("align_corners has no meaning in mode " + mode, v.loc);
}

// The sizes of the result.
Shape Interpolate::check_shape(const Shape& shape, const std::vector<double>& scales) const {
  if (config_.mode == "linear") expect_rank(shape, 3, 3, "[batch, channels, length] in mode linear");
  if (config_.mode == "bilinear" || config_.mode == "bicubic")
    expect_rank(shape, 4, 4, "[batch, channels, height, width] in this mode");
  if (config_.mode == "trilinear") expect_rank(shape, 5, 5, "[batch, channels, depth, height, width] in this mode");
  expect_rank(shape, 3, 5, "[batch, channels, ...] with one to three axes behind them");
  const size_t axes = shape.size() - 2, given = config_.size.size() + config_.scale_factor.size();
  if (given != 1 && given != axes)
    throw Error((config_.size.empty() ? "scale_factor has " : "size has ") + std::to_string(given) +
                " entries, but the input's shape is " + Value(shape).json() + ", expected 1 or " +
                std::to_string(axes));
  Shape sizes;
  for (size_t i = 0; i < axes; ++i) {
    if (shape[i + 2] < 1) throw Error("found an input of shape " + Value(shape).json() + ", expected no empty axes");
    const double scaled = scales.empty() ? 0 : std::floor(static_cast<double>(shape[i + 2]) * scales[i]);
    if (!scales.empty() && !(scaled >= 1 && scaled < 1 << 30))
      throw Error("scale_factor makes " + Value(scaled).json() + " of size " + std::to_string(shape[i + 2]) +
                  ", expected a size of at least 1");
    sizes.push_back(scales.empty() ? config_.size[given == 1 ? 0 : i] : static_cast<int64_t>(scaled));
  }
  return sizes;
}

// LibTorch has a function for each mode and rank. Places follow from the factors where they are given, as in PyTorch.
Tensors Interpolate::forward(const Tensors& inputs, Tensors&, OpContext&) const {
  const at::Tensor& x = inputs[0];
  const auto axes = static_cast<size_t>(std::max<int64_t>(x.dim() - 2, 0));
  std::vector<double> scales = config_.scale_factor;
  if (scales.size() == 1) scales.resize(axes, scales[0]);
  const Shape sizes = check_shape(shape_of(x), scales);
  const auto scale = [&](size_t i) { return scales.empty() ? std::nullopt : std::optional(scales[i]); };
  const bool corners = config_.align_corners, exact = config_.mode == "nearest_exact";
  if (config_.mode == "linear") return {at::upsample_linear1d(x, sizes, corners, scale(0))};
  if (config_.mode == "bilinear") return {at::upsample_bilinear2d(x, sizes, corners, scale(0), scale(1))};
  if (config_.mode == "bicubic") return {at::upsample_bicubic2d(x, sizes, corners, scale(0), scale(1))};
  if (config_.mode == "trilinear") return {at::upsample_trilinear3d(x, sizes, corners, scale(0), scale(1), scale(2))};
  if (axes == 1)
    return {exact ? at::_upsample_nearest_exact1d(x, sizes, scale(0)) : at::upsample_nearest1d(x, sizes, scale(0))};
  if (axes == 2)
    return {exact ? at::_upsample_nearest_exact2d(x, sizes, scale(0), scale(1))
                  : at::upsample_nearest2d(x, sizes, scale(0), scale(1))};
  return {exact ? at::_upsample_nearest_exact3d(x, sizes, scale(0), scale(1), scale(2))
                : at::upsample_nearest3d(x, sizes, scale(0), scale(1), scale(2))};
}

}  // namespace

void add_interpolate(Registrar& r) {
  r.add<Interpolate>("nn.interpolate", "Another size of the axes behind batch and channels");
}

}  // namespace mase::nn
