// quant.channel_integer: symmetric integers with a scale per channel.
#pragma once
#include "affine_format.h"

namespace mase::quant {

// Each channel (or, with per: tensor, the tensor) has a scale s; an element is an integer N:
//
//   x = N * s,  N = x / s rounded, within -2^(width-1) ... 2^(width-1) - 1 (is_signed: false: 0 ... 2^width - 1;
//   narrow_range: -2^(width-1) + 1 ... 2^(width-1) - 1, or 0 ... 2^width - 2)
//
// s is given by scale (quant.calibrate chooses it, with per: channel for each channel), or the largest magnitude of the
// channel in each call divided by the greatest N. It is a float32; x / s is one correctly rounded division. There is no
// zero point, and no -0. Codes: N, and s per channel. N * s has more bits than a float32, so decoded codes equal
// quantized values after rounding to the tensor's type. Storage: width bits an element, 32 a scale.
class ChannelInteger final : public AffineFormat {
 public:
  struct Config : AffineFields {
    Config() { per = Per::channel; }
    static void schema(Schema<Config>& s);
    void check(const Value& v) const;
  };
  explicit ChannelInteger(const Config& config) : AffineFormat("quant.channel_integer", config, true, {}) {}
};

}  // namespace mase::quant
