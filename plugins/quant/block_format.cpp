// The way of a tensor through a format with blocks: what kind of call it is, and who does the work.
#include "block_format.h"

#include <mase/text.h>

#include <atomic>

namespace mase::quant {
namespace {

constexpr int64_t kThreadAbove = 65536;  // elements; below, sharing out costs more than it brings
constexpr int64_t kGrain = 32768;

template <class T>
bool holds_nan(const at::Tensor& x) {
  const T* in = x.const_data_ptr<T>();
  bool nan = false;
  for (int64_t i = 0; i < x.numel(); ++i) nan |= in[i] != in[i];
  return nan;
}

bool holds_nan(const at::Tensor& x) {
  return x.scalar_type() == at::kFloat ? holds_nan<float>(x) : holds_nan<double>(x);
}

}  // namespace

// A single block that lies in one piece is not cut: kernels find its maximum and fill it in one go, while it is in the
// cache, and what they find follows from all of its numbers. Only where the scale is known beforehand would parts of a
// block be right; AffineFormat makes rows of such blocks before it comes here.
bool share_out_blocks(const BlockLayout& layout, int64_t count, const std::function<bool(const BlockWork&)>& part) {
  const int64_t units = layout.contiguous() ? layout.blocks() : layout.bands() * segments_per_band(layout);
  if (count < kThreadAbove || units == 1) return part({&layout, 0, units});
  std::atomic<bool> any = false;
  const int64_t grain = std::max<int64_t>(kGrain * units / count, 1);
  at::parallel_for(0, units, grain, [&](int64_t first, int64_t end) {
    if (part({&layout, first, end})) any = true;
  });
  return any;
}

BlockCall BlockFormat::call_of(const at::Tensor& x, const QuantizeContext& context) const {
  is_single(x, name_);
  BlockGeometry g = geometry(shape_of(x), context);
  BlockLayout layout(g);
  BlockCall call{x.is_contiguous() ? x : x.contiguous(), context, std::move(g), std::move(layout)};
  if (fields_.rounding == Rounding::stochastic) call.key = draw_key(context);
  return call;
}

at::Tensor BlockFormat::quantize(const at::Tensor& x, const QuantizeContext& context) const {
  if (before_epoch(fields_, context)) return x;
  const BlockCall call = call_of(x, context);
  at::Tensor y = output_like(call.x);
  if (x.numel() == 0) return y;
  if (fields_.rule == Rule::mase) {
    if (fields_.nan == NanPolicy::error && holds_nan(call.x)) refuse_nan(context, name_);
    fill_as_mase(call, y, nullptr);
    return y;
  }
  if (fields_.rounding != Rounding::stochastic && !fill(call, y)) return y;
  if (fields_.nan == NanPolicy::error && holds_nan(call.x)) refuse_nan(context, name_);
  fill_slowly(call, y);
  return y;
}

Codes BlockFormat::encode(const at::Tensor& x, const QuantizeContext& context) const {
  const BlockCall call = call_of(x, context);
  Codes codes;
  codes.blocks = call.geometry;
  codes.elements = empty_tensor(call.x.sizes(), at::kLong);
  if (widths().integers_in_block) codes.exponents = empty_tensor(block_counts(call.geometry), at::kLong);
  if (x.numel() == 0) return codes;
  if (fields_.rule == Rule::standard) {
    fill_codes(call, codes);
    return codes;
  }
  if (holds_nan(call.x)) refuse_nan(context, name_);
  at::Tensor y = output_like(call.x);
  if (!fill_as_mase(call, y, &codes))
    throw Error(format("{} has values that no code of {} carries under rule: mase", name_of(context), name_), {},
                "use rule: standard");
  return codes;
}

at::Tensor BlockFormat::decode(const Codes& codes) const {
  const at::Tensor elements = codes.elements.contiguous();
  at::Tensor out = empty_tensor(elements.sizes(), at::kDouble);
  if (out.numel() == 0) return out;
  const BlockLayout layout(codes.blocks);
  const int64_t* in = elements.const_data_ptr<int64_t>();
  const int64_t* shared = codes.exponents.defined() ? codes.exponents.const_data_ptr<int64_t>() : nullptr;
  const double* scale = codes.scale.defined() ? codes.scale.const_data_ptr<double>() : nullptr;
  const bool one_scale = !scale || codes.scale.numel() == 1;
  double* to = out.mutable_data_ptr<double>();
  std::vector<int64_t> places;
  for (int64_t block = 0; block < layout.blocks(); ++block) {
    layout.places(block, places);
    const double s = scale ? scale[one_scale ? 0 : block] : 1;
    for (const int64_t i : places) to[i] = value(in[i], shared ? shared[block] : 0, s);
  }
  return out;
}

int64_t BlockFormat::bits(const Shape& shape) const {
  const Widths w = widths();
  return count_of(shape) * w.element + block_count(geometry(shape, {})) * w.shared + w.tensor;
}

Tensors BlockFormat::backward(const at::Tensor& gradient, const at::Tensor& x, const QuantizeContext& context) const {
  if (!fields_.clip_gradient || before_epoch(fields_, context) || fields_.rule == Rule::mase || x.numel() == 0)
    return {gradient};
  const at::Tensor g = gradient.contiguous();
  at::Tensor out = output_like(g);
  clip(call_of(x, context), g, out);
  return {out};
}

std::vector<int64_t> BlockFormat::with_block_size(std::vector<int64_t> precision) const {
  const BlockShape& b = fields_.block_size;
  if (b.size > 0) precision.push_back(b.size);
  precision.insert(precision.end(), b.sizes.begin(), b.sizes.end());
  return precision;
}

}  // namespace mase::quant
