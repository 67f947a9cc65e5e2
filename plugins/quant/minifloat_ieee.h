// quant.minifloat_ieee: sign, exponent, fraction with a leading one, subnormals.
#pragma once
#include "float_format.h"

namespace mase {

template <>
struct EnumNames<quant::FloatKind> {
  static const std::vector<std::string>& names();
};

namespace quant {

// Fields of MASE's minifloats.
struct MinifloatFields : CommonFields {
  int width = 8;
  int exponent_width = 4;
  std::optional<int> exponent_bias;
  Rounding rounding = Rounding::nearest_even;
  FloatOverflow overflow = FloatOverflow::saturate;
  Rule rule = Rule::standard;
  int bias() const { return exponent_bias.value_or(default_bias(exponent_width)); }
  int mantissa_bits() const { return width - exponent_width - 1; }
  std::vector<int64_t> precision() const { return {width, exponent_width, bias()}; }
  // least_mantissa: bits that must be left of the width.
  void check_fields(const Value& v, int least_mantissa, bool has_special) const;
};
template <class C>
void minifloat_fields(Schema<C>& s) {
  s.field("width", &C::width, "bits of a number, sign included").range(2, 32).unit("bits");
  s.field("exponent_width", &C::exponent_width, "bits of the exponent").range(1, 8).unit("bits");
  s.field("exponent_bias", &C::exponent_bias, "what is taken off the exponent's code; null: 2^(exponent_width - 1) - 1")
      .range(kLeastBias, kGreatestBias);
  rounding_fields(s);
  common_fields(s);
  rule_field(s);
}

class MinifloatIeee final : public FloatFormat {
 public:
  struct Config : MinifloatFields {
    FloatKind kind = FloatKind::finite;
    static void schema(Schema<Config>& s);
    void check(const Value& v) const;
  };
  explicit MinifloatIeee(Config config);
  std::vector<int64_t> precision() const override { return config_.precision(); }
  Value calibrate(const CalibrationData& data) const override;

 protected:
  bool fill(const float* x, float* y, const Part& part) const override;
  bool fill(const double* x, double* y, const Part& part) const override;

 private:
  Config config_;
};

}  // namespace quant
}  // namespace mase
