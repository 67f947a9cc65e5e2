// Integer casts between grids: the model of components/cast, on whole tensors.
#include <ATen/ops/empty.h>

#include "hw.h"

namespace mase::hw {
namespace {

__extension__ typedef __int128 Wide;

// Division by 2^shift with the rule's rounding; exact in 128 bits.
Wide shift_right(Wide v, int shift, CastRule::Rounding rounding) {
  const Wide floor = v >> shift;
  const Wide rest = v - (floor << shift);
  if (rounding == CastRule::floor || rest == 0) return floor;
  if (rounding == CastRule::toward_zero) return v < 0 ? floor + 1 : floor;
  const Wide half = Wide(1) << (shift - 1);
  if (rest != half) return rest > half ? floor + 1 : floor;
  return floor + (floor & 1);
}

int64_t wrap(Wide v, const FixedPoint& to) {
  const Wide span = Wide(1) << to.width;
  Wide r = v % span;
  if (r < 0) r += span;
  if (to.is_signed && r >= span / 2) r -= span;
  return static_cast<int64_t>(r);
}

int64_t clamp(Wide v, const FixedPoint& to, CastRule::Overflow overflow) {
  const Wide high = (Wide(1) << (to.is_signed ? to.width - 1 : to.width)) - 1;
  const Wide low = !to.is_signed ? 0 : overflow == CastRule::saturate_symmetric ? -high : -high - 1;
  return static_cast<int64_t>(v < low ? low : v > high ? high : v);
}

}  // namespace

at::Tensor cast_codes(const at::Tensor& codes, const FixedPoint& from, const FixedPoint& to, const CastRule& rule) {
  const at::Tensor in = codes.contiguous();
  at::Tensor out = at::empty(in.sizes(), in.options());
  const int64_t* src = in.const_data_ptr<int64_t>();
  int64_t* dst = out.mutable_data_ptr<int64_t>();
  const int shift = from.frac_width - to.frac_width;
  constexpr int kMost = 63;  // beyond it nothing but the sign is left, or everything overflows
  for (int64_t i = 0; i < in.numel(); ++i) {
    const Wide v = src[i];
    const Wide moved = shift > 0 ? shift_right(v, std::min(shift, 100), rule.rounding) : v << std::min(-shift, kMost);
    dst[i] = rule.overflow == CastRule::wrap ? wrap(moved, to) : clamp(moved, to, rule.overflow);
  }
  return out;
}

Codes finish(const Node& node, const at::Tensor& exact, const FixedPoint& exact_grid) {
  const TensorMeta& result = node.meta.common.results.at(0);
  Codes codes;
  if (!result.format) {
    codes.elements = exact, codes.point = exact_grid;
    return codes;
  }
  codes.point = *result.point();
  codes.elements = cast_codes(exact, exact_grid, *codes.point, cast_rule(result.format, node, "data_out_0"));
  return codes;
}

}  // namespace mase::hw
