// quant.power_of_two: zero and signed powers of two, the nearest by value.
#pragma once
#include "float_format.h"

namespace mase::quant {

// A float without mantissa bits: the code 0 is zero, the others are 2^(code - bias).
class PowerOfTwo final : public FloatFormat {
 public:
  struct Config : CommonFields {
    int width = 8;
    std::optional<int> exponent_bias;
    Rounding rounding = Rounding::nearest_even;
    FloatOverflow overflow = FloatOverflow::saturate;
    int bias() const { return exponent_bias.value_or(default_bias(width - 1)); }
    static void schema(Schema<Config>& s);
    void check(const Value& v) const { check_float_overflow(overflow, false, v); }
  };
  explicit PowerOfTwo(Config config);
  std::vector<int64_t> precision() const override { return {config_.width, config_.bias()}; }
  Value calibrate(const CalibrationData& data) const override;

 protected:
  using FloatFormat::fill;
  bool fill(const float* x, float* y, const Part& part) const override;

 private:
  Config config_;
};

}  // namespace mase::quant
