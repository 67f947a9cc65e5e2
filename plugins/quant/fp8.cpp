// quant.fp8: what the names mean.
#include "fp8.h"

namespace mase {

const std::vector<std::string>& EnumNames<quant::Fp8Variant>::names() {
  static const std::vector<std::string> names = {"e4m3fn",      "e5m2", "e4m3fnuz", "e5m2fnuz",
                                                 "e4m3b11fnuz", "e4m3", "e3m4"};
  return names;
}

namespace quant {
namespace {

FloatSpec spec_of(Fp8Variant variant) {
  switch (variant) {
    case Fp8Variant::e5m2:
      return {5, 2, 15, FloatKind::ieee};
    case Fp8Variant::e4m3fnuz:
      return {4, 3, 8, FloatKind::fnuz};
    case Fp8Variant::e5m2fnuz:
      return {5, 2, 16, FloatKind::fnuz};
    case Fp8Variant::e4m3b11fnuz:
      return {4, 3, 11, FloatKind::fnuz};
    case Fp8Variant::e4m3:
      return {4, 3, 7, FloatKind::ieee};
    case Fp8Variant::e3m4:
      return {3, 4, 3, FloatKind::ieee};
    case Fp8Variant::e4m3fn:
      break;
  }
  return {4, 3, 7, FloatKind::fn};
}

}  // namespace

void Fp8::Config::schema(Schema<Config>& s) {
  s.field("variant", &Config::variant,
          "e4m3fn and e5m2 are OCP's; fnuz: no infinity and no -0, fn: no infinity; e4m3 and e3m4 are IEEE-like");
  rounding_fields(s);
  common_fields(s);
}

Fp8::Fp8(Config config) : FloatFormat("quant.fp8", config, spec_of(config.variant), config.rounding, config.overflow) {}

}  // namespace quant
}  // namespace mase
