// Reductions over any axes: sum, mean, extremes, product, logic and logsumexp.
#include "reduction.h"

#include <ATen/ops/all.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/amin.h>
#include <ATen/ops/any.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/prod.h>
#include <ATen/ops/sum.h>

#include "grid.h"

namespace mase::nn {

std::optional<int64_t> reduced_count(const OpFormats& formats, const std::vector<int64_t>& dim) {
  if (formats.input_shapes.empty()) return std::nullopt;
  const Shape& shape = formats.input_shapes[0];
  int64_t count = 1;
  for (const int64_t axis : axes_from(dim, shape)) {
    if (axis == 0 || __builtin_mul_overflow(count, shape[static_cast<size_t>(axis)], &count)) return std::nullopt;
  }
  return count;
}

namespace {

using Axes = at::IntArrayRef;

at::Tensor sum_over(const at::Tensor& x, Axes axes, bool keepdim) { return at::sum(x, axes, keepdim); }
at::Tensor mean_over(const at::Tensor& x, Axes axes, bool keepdim) { return at::mean(x, axes, keepdim); }
at::Tensor all_over(const at::Tensor& x, Axes axes, bool keepdim) {
  return at::all(x, at::OptionalIntArrayRef(axes), keepdim);
}
at::Tensor any_over(const at::Tensor& x, Axes axes, bool keepdim) {
  return at::any(x, at::OptionalIntArrayRef(axes), keepdim);
}
// LibTorch multiplies along one axis at a time; from the last on, so that the places of the others stay.
at::Tensor product_over(const at::Tensor& x, Axes axes, bool keepdim) {
  if (axes.empty()) return at::prod(x);
  at::Tensor product = x;
  for (size_t i = axes.size(); i-- > 0;) product = at::prod(product, axes[i], keepdim);
  return product;
}

template <at::Tensor (*kFunction)(const at::Tensor&, Axes, bool)>
class Reduction : public ReductionBase {
 public:
  using Config = ReductionConfig;
  explicit Reduction(Config c) : config_(std::move(c)) {}
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    return {kFunction(inputs[0], axes_from(config_.dim, shape_of(inputs[0])), config_.keepdim)};
  }

 protected:
  Config config_;
};

// The results are values of the input.
template <at::Tensor (*kFunction)(const at::Tensor&, Axes, bool)>
class Extreme : public Reduction<kFunction> {
 public:
  using Reduction<kFunction>::Reduction;
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    return formats.inputs.empty() ? std::nullopt : formats.inputs[0];
  }
};

class Sum final : public Reduction<sum_over> {
 public:
  using Reduction::Reduction;
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    if (formats.inputs.empty() || !formats.inputs[0]) return std::nullopt;
    const auto count = reduced_count(formats, config_.dim);
    if (!count) return std::nullopt;
    return CodeRange(*formats.inputs[0]).times(std::max<int64_t>(*count, 1)).grid();
  }
};

class Mean final : public Reduction<mean_over> {
 public:
  using Reduction::Reduction;
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    return mean_grid(formats, reduced_count(formats, config_.dim).value_or(0));
  }
};

class All final : public Reduction<all_over> {
 public:
  using Reduction::Reduction;
};
class Amax final : public Extreme<at::amax> {
 public:
  using Extreme::Extreme;
};
class Amin final : public Extreme<at::amin> {
 public:
  using Extreme::Extreme;
};
class Any final : public Reduction<any_over> {
 public:
  using Reduction::Reduction;
};
class Logsumexp final : public Reduction<at::logsumexp> {
 public:
  using Reduction::Reduction;
};
class Prod final : public Reduction<product_over> {
 public:
  using Reduction::Reduction;
};

}  // namespace

void add_reduction(Registrar& r) {
  r.add<All>("nn.all", "Whether all elements along some axes differ from zero");
  r.add<Amax>("nn.amax", "Greatest element along some axes");
  r.add<Amin>("nn.amin", "Least element along some axes");
  r.add<Any>("nn.any", "Whether any element along some axes differs from zero");
  r.add<Logsumexp>("nn.logsumexp", "Logarithm of the sum of exponentials along some axes");
  r.add<Mean>("nn.mean", "Mean along some axes");
  r.add<Prod>("nn.prod", "Product along some axes");
  r.add<Sum>("nn.sum", "Sum along some axes");
}

}  // namespace mase::nn
