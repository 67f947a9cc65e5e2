// quant.channel_minifloat: small floating-point numbers with a scale per channel.
#pragma once
#include "affine_format.h"
#include "minifloat_ieee.h"

namespace mase::quant {

// Each channel (or, with per: tensor, the tensor) has a scale s; an element P is a number of quant.minifloat_ieee:
//
//   x = P * s,  P = x / s rounded, within -greatest ... greatest
//
// s is given by scale (quant.calibrate chooses it), or the largest magnitude of the channel in each call divided by
// greatest. It is a float32; x / s and P * s are rounded once each, to the tensor's type. greatest, an element, takes
// the place of the kind's greatest number where a format uses fewer codes than it has. overflow sees P. Zeros keep
// their sign. Codes: P's, and s per channel. P * s has more bits than a float32, so decoded codes equal quantized
// values after rounding to the tensor's type. Storage: width bits an element, 32 a scale.
class ChannelMinifloat final : public BlockFormatOf<ChannelMinifloat> {
 public:
  struct Config : BlockFields {
    int width = 8;
    int exponent_width = 4;
    std::optional<int> exponent_bias;
    FloatKind kind = FloatKind::finite;
    std::optional<double> greatest;
    Per per = Per::channel;
    std::optional<int64_t> axis;
    std::vector<double> scale;
    FloatOverflow overflow = FloatOverflow::saturate;
    FloatSpec spec() const {
      return {exponent_width, width - exponent_width - 1, exponent_bias.value_or(default_bias(exponent_width)), kind};
    }
    FloatGrid grid() const;
    static void schema(Schema<Config>& s);
    void check(const Value& v) const;
  };
  explicit ChannelMinifloat(const Config& config);

  std::vector<int64_t> precision() const override { return {config_.width, config_.exponent_width, spec_.bias}; }
  Value calibrate(const CalibrationData& data) const override;
  int64_t bits(const Shape& shape) const override;

  template <class T, class Use>
  void with_kernel(const BlockCall& call, Use use) const {
    const std::vector<T> scales = this->scales<T>(call);
    ScaledFloat<T> f(grid_, config_.rounding, config_.overflow);
    f.table[0] = scales.data();
    use(f);
  }
  template <class F, class Bits>
  int64_t shared(const F&, Bits, int64_t) const {
    return 0;
  }
  int64_t code(double n, int64_t) const { return spec_.code(n).value(); }
  static constexpr Scales kScales = Scales::block;
  static constexpr bool kMaseFolds = false;

 protected:
  Widths widths() const override { return {config_.width, 32, 0, false}; }
  double value(int64_t code, int64_t, double scale) const override { return spec_.value(code) * scale; }
  BlockGeometry geometry(const Shape& shape, const QuantizeContext& context) const override {
    return channel_geometry(config_.per, config_.axis, shape, context, name());
  }

 private:
  template <class T>
  std::vector<T> scales(const BlockCall& call) const;
  // The scale under which elements hold this magnitude.
  double scale_of(double magnitude) const;
  double choose(const CalibrationData& data) const;

  Config config_;
  FloatSpec spec_;
  FloatGrid grid_;
};

}  // namespace mase::quant
