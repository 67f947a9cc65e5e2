// quant.minifloat_denorm: sign, exponent and a fraction without a leading one: M / 2^m * 2^E.
#pragma once
#include "minifloat_ieee.h"

namespace mase::quant {

// Its values are those of a float with one mantissa bit less, but for one binade more; codes with a zero in front of
// the fraction are not canonical above the smallest exponent.
class MinifloatDenorm final : public ElementFormat {
 public:
  struct Config : MinifloatFields {
    static void schema(Schema<Config>& s) { minifloat_fields(s); }
    // Without mantissa bits all values are 0, which is what MASE returns.
    void check(const Value& v) const { check_fields(v, 0, false); }
  };
  explicit MinifloatDenorm(Config config);
  std::vector<int64_t> precision() const override { return config_.precision(); }
  Value calibrate(const CalibrationData& data) const override;

 protected:
  bool fill(const float* x, float* y, const Part& part) const override { return fill_any(x, y, part); }
  bool fill(const double* x, double* y, const Part& part) const override { return fill_any(x, y, part); }
  bool draws() const override { return config_.rounding == Rounding::stochastic; }
  std::optional<int64_t> code(double value) const override;
  double value(int64_t code) const override;
  int width() const override { return config_.width; }
  Range range() const override { return {-grid_.max, grid_.max}; }

 private:
  template <class T>
  bool fill_any(const T* x, T* y, const Part& part) const;

  Config config_;
  FloatGrid grid_;
};

}  // namespace mase::quant
