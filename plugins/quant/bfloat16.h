// quant.bfloat16: the upper half of a float32.
#pragma once
#include "float_format.h"

namespace mase::quant {

class Bfloat16 final : public FloatFormat {
 public:
  struct Config : CommonFields {
    Rounding rounding = Rounding::nearest_even;
    FloatOverflow overflow = FloatOverflow::saturate;
    static void schema(Schema<Config>& s) { rounding_fields(s), common_fields(s); }
  };
  explicit Bfloat16(Config config)
      : FloatFormat("quant.bfloat16", config, {8, 7, 127, FloatKind::ieee}, config.rounding, config.overflow),
        config_(config) {}
  std::vector<int64_t> precision() const override { return {16}; }

 protected:
  using FloatFormat::fill;
  bool fill(const float* x, float* y, const Part& part) const override;

 private:
  Config config_;
};

}  // namespace mase::quant
