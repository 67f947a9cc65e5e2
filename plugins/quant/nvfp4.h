// quant.nvfp4: NVIDIA's four-bit floating point with scales on two levels.
#pragma once
#include "block_format.h"

namespace mase::quant {

// 16 values along one axis share an e4m3 scale b, the tensor a float32 scale t; an element P is one of e2m1's numbers
// 0, 0.5, 1, 1.5, 2, 3, 4, 6 with a sign:
//
//   x = P * b * t,  P = x / (b * t) rounded, saturating at 6
//   b = (max / 6) / t rounded to the nearest e4m3 number (ties to even), within 2^-9 ... 448
//   t = tensor_scale; where that is null, the tensor's largest magnitude / (6 * 448)
//
// Quotients and b * t are rounded to the tensor's type, P * b * t once. A block of zeros has the least b; an infinity
// counts as the largest finite number. Zeros keep their sign. Codes: an element's sign, exponent and mantissa bits; the
// e4m3 code of b as the block's exponent; t as the scale. P * b * t has more bits than a float32, so decoded codes
// equal quantized values after rounding to the tensor's type. Storage: 4 bits an element, 8 a block, 32 the tensor.
class Nvfp4 final : public BlockFormatOf<Nvfp4> {
 public:
  struct Config : BlockFields {
    std::optional<double> tensor_scale;
    static void schema(Schema<Config>& s);
  };
  explicit Nvfp4(Config config) : BlockFormatOf("quant.nvfp4", config), config_(std::move(config)) {}

  std::vector<int64_t> precision() const override { return with_block_size({4, 2, 1}); }
  Value calibrate(const CalibrationData& data) const override;

  template <class T, class Use>
  void with_kernel(const BlockCall& call, Use use) const {
    use(DoublyScaledFloat<T>(scale_of<T>(call.x), config_.rounding));
  }
  template <class F, class Bits>
  int64_t shared(const F& f, Bits amax, int64_t) const {
    return kScaleFormat.code(static_cast<double>(f.block_scale(amax))).value();
  }
  int64_t code(double n, int64_t) const { return kElement.code(n).value(); }
  static constexpr Scales kScales = Scales::tensor;
  static constexpr bool kMaseFolds = false;

 protected:
  Widths widths() const override { return {4, 8, 32}; }
  double value(int64_t code, int64_t exponent, double scale) const override {
    return kElement.value(code) * kScaleFormat.value(exponent) * scale;
  }

 private:
  static constexpr FloatSpec kElement{2, 1, 1, FloatKind::finite}, kScaleFormat{4, 3, 7, FloatKind::fn};
  template <class T>
  T scale_of(const at::Tensor& x) const;

  Config config_;
};

}  // namespace mase::quant
