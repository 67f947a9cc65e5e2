// quant.fp8: the 8-bit floating-point formats by their names.
#pragma once
#include "float_format.h"

namespace mase {

namespace quant {
enum class Fp8Variant { e4m3fn, e5m2, e4m3fnuz, e5m2fnuz, e4m3b11fnuz, e4m3, e3m4 };
}
template <>
struct EnumNames<quant::Fp8Variant> {
  static const std::vector<std::string>& names();
};

namespace quant {

class Fp8 final : public FloatFormat {
 public:
  struct Config : CommonFields {
    Fp8Variant variant = Fp8Variant::e4m3fn;
    Rounding rounding = Rounding::nearest_even;
    FloatOverflow overflow = FloatOverflow::saturate;
    static void schema(Schema<Config>& s);
  };
  explicit Fp8(Config config);
  std::vector<int64_t> precision() const override { return {8, spec().exponent_bits, spec().mantissa_bits}; }
};

}  // namespace quant
}  // namespace mase
