// quant.asymmetric_integer: integers with a scale and a zero point.
#pragma once
#include "affine_format.h"

namespace mase::quant {

// The tensor, or each channel, has a scale s and a zero point z; an element is an integer code Q:
//
//   x = (Q - z) * s,  Q = (x / s rounded) + z, within 0 ... 2^width - 1 (is_signed: -2^(width-1) ... 2^(width-1) - 1)
//
// Given by scale and zero_point (quant.calibrate chooses them), or from the values of each call, as PyTorch's
// MinMaxObserver has them:
//
//   s = (max(high, 0) - min(low, 0)) / (2^width - 1),  z = least code - min(low, 0) / s rounded
//
// so that zero is a number of the grid. s is a float32; x / s is one correctly rounded division. There is no -0.
// narrow_range leaves out one code: the least of signed ones, the greatest of unsigned ones. zero_point_first rounds
// x / s + z in the tensor's type, as QONNX's Quant does, instead of adding z to what was rounded.
// Codes: Q; z as the block's exponent; s per tensor or channel. (Q - z) * s has more bits than a float32, so decoded
// codes equal quantized values after rounding to the tensor's type. Storage: width bits an element, 32 + width for
// each scale with its zero point.
class AsymmetricInteger final : public AffineFormat {
 public:
  struct Config : AffineFields {
    std::vector<int64_t> zero_point;
    Config() { is_signed = false; }
    static void schema(Schema<Config>& s);
    void check(const Value& v) const;
  };
  explicit AsymmetricInteger(const Config& config)
      : AffineFormat("quant.asymmetric_integer", config, false, config.zero_point) {}
};

}  // namespace mase::quant
