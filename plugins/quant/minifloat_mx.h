// quant.minifloat_mx: the element of MASE's mxfp by itself: exponent bits, fraction bits, finite or with infinity.
#pragma once
#include "float_format.h"

namespace mase {

namespace quant {
enum class RoundMode { rn, rz, ru, rd };
}
template <>
struct EnumNames<quant::RoundMode> {
  static const std::vector<std::string>& names();
};

namespace quant {

class MinifloatMx final : public FloatFormat {
 public:
  struct Config : CommonFields {
    int exp_bits = 4;
    int frac_bits = 3;
    bool is_finite = true;
    std::optional<RoundMode> round_mode;
    Rounding rounding = Rounding::nearest_even;
    FloatOverflow overflow = FloatOverflow::saturate;
    Rule rule = Rule::standard;
    static void schema(Schema<Config>& s);
    void check(const Value& v) const;
    Rounding effective_rounding() const;
  };
  explicit MinifloatMx(Config config);
  std::vector<int64_t> precision() const override { return {config_.exp_bits, config_.frac_bits}; }

 protected:
  bool fill(const float* x, float* y, const Part& part) const override { return fill_any(x, y, part); }
  bool fill(const double* x, double* y, const Part& part) const override { return fill_any(x, y, part); }

 private:
  template <class T>
  bool fill_any(const T* x, T* y, const Part& part) const;

  Config config_;
};

}  // namespace quant
}  // namespace mase
