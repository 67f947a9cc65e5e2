// quant.log: signed powers of two, the nearest by logarithm.
#pragma once
#include "float_format.h"

namespace mase::quant {

// rule: standard keeps the code 0 for zero. rule: mase has no zero: all codes are powers.
class Log final : public ElementFormat {
 public:
  struct Config : CommonFields {
    int width = 8;
    std::optional<int> exponent_bias;
    Rounding rounding = Rounding::nearest_even;
    FloatOverflow overflow = FloatOverflow::saturate;
    Rule rule = Rule::standard;
    int bias() const { return exponent_bias.value_or(default_bias(width - 1)); }
    static void schema(Schema<Config>& s);
    void check(const Value& v) const;
  };
  explicit Log(Config config);
  std::vector<int64_t> precision() const override { return {config_.width, config_.bias()}; }
  Value calibrate(const CalibrationData& data) const override;

 protected:
  bool fill(const float* x, float* y, const Part& part) const override;
  bool fill(const double* x, double* y, const Part& part) const override;
  bool draws() const override { return config_.rounding == Rounding::stochastic; }
  std::optional<int64_t> code(double value) const override;
  double value(int64_t code) const override;
  int width() const override { return config_.width; }
  Range range() const override { return {-spec_.max(), spec_.max()}; }

 private:
  template <class T>
  bool fill_standard(const T* x, T* y, const Part& part) const;

  Config config_;
  FloatSpec spec_;
};

}  // namespace mase::quant
