// The formula that turns codes into values.
#include "code_rule.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/count_nonzero.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/exp2.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/repeat_interleave.h>
#include <mase/text.h>

namespace mase::exporting {
namespace {

// One number per block, spread over the elements of its block; undefined where the geometry is another.
at::Tensor spread(const at::Tensor& per_block, const Codes& codes) {
  const at::Tensor numbers = per_block.to(at::kDouble);
  if (numbers.numel() == 1) return numbers.reshape({});
  const Shape &shape = codes.blocks.shape, &block = codes.blocks.block;
  if (block.size() != shape.size() || shape_of(codes.elements) != shape) return {};
  Shape grid;
  int64_t count = 1;
  for (size_t i = 0; i < shape.size(); ++i) grid.push_back((shape[i] + block[i] - 1) / block[i]), count *= grid.back();
  if (count != numbers.numel()) return {};
  at::Tensor out = numbers.reshape(grid);
  for (size_t i = 0; i < shape.size(); ++i) {
    const auto axis = static_cast<int64_t>(i);
    out = out.repeat_interleave(block[i], axis).narrow(axis, 0, shape[i]);
  }
  return out;
}

}  // namespace

CodeRule rule_of(const Weight& weight, const Codes& codes) {
  const std::string suffix = "_exponent";
  if (codes.point) return {format("value = code * 2^-{}", codes.point->frac_width), suffix};
  const auto type = weight.tensor.scalar_type();
  const at::Tensor values = weight.format->decode(codes).to(type), elements = codes.elements.to(at::kDouble);
  const at::Tensor one = at::ones({}, values.options().dtype(at::kDouble));
  const at::Tensor scale = codes.scale.defined() ? spread(codes.scale, codes) : one;
  const std::string times = codes.scale.defined() ? " * scale" : "";
  const auto holds = [&](const at::Tensor& candidate) {
    return candidate.sizes() == values.sizes() && at::equal(candidate.to(type), values);
  };
  const bool alone = !codes.exponents.defined() || at::count_nonzero(codes.exponents).item<int64_t>() == 0;
  if (scale.defined() && alone && holds(elements * scale)) return {"value = code" + times, ""};
  const at::Tensor shared = codes.exponents.defined() ? spread(codes.exponents, codes) : at::Tensor();
  if (scale.defined() && shared.defined()) {
    if (holds((elements - shared) * scale)) return {"value = (code - zero_point)" + times, "_zero_point"};
    if (holds(elements * at::exp2(shared) * scale)) return {"value = code * 2^exponent" + times, suffix};
  }
  return {"the codes are bit patterns of this format", suffix};
}

}  // namespace mase::exporting
