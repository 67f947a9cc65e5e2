// quant.mxfp: its fields, its kernel, and MASE's formula.
#include "mxfp.h"

#include "mase_math.h"

namespace mase {

const std::vector<std::string>& EnumNames<quant::MxElement>::names() {
  static const std::vector<std::string> names = {"e4m3", "e5m2", "e3m2", "e2m3", "e2m1", "e1m2"};
  return names;
}

namespace quant {
namespace {

FloatSpec spec_of(MxElement element) {
  switch (element) {
    case MxElement::e4m3:
      return {4, 3, 7, FloatKind::fn};
    case MxElement::e5m2:
      return {5, 2, 15, FloatKind::ieee};
    case MxElement::e3m2:
      return {3, 2, 3, FloatKind::finite};
    case MxElement::e2m3:
      return {2, 3, 1, FloatKind::finite};
    case MxElement::e2m1:
      return {2, 1, 1, FloatKind::finite};
    case MxElement::e1m2:
      break;
  }
  return {1, 2, 0, FloatKind::finite};
}

bool knows(Rounding rounding) {  // MASE's rn, rz, ru and rd; the last two are meant of magnitudes
  return rounding == Rounding::nearest_even || rounding == Rounding::toward_zero ||
         rounding == Rounding::away_from_zero;
}

}  // namespace

void Mxfp::Config::schema(Schema<Config>& s) {
  s.field("element", &Config::element, "element format, by its exponent and mantissa bits");
  s.field("element_is_finite", &Config::element_is_finite,
          "for rule: mase: the element's top exponent holds numbers; false: it is left out");
  scale_fields(s);
  block_fields(s);
  rule_field(s);
  common_fields(s);
}

void Mxfp::Config::check(const Value& v) const {
  if (rule == Rule::mase && (!knows(rounding) || scale_rule != ScaleRule::floor))
    throw Error(
        "rule: mase knows scale_rule floor, and the roundings nearest_even, toward_zero (rz, rd) and "
        "away_from_zero (ru)",
        v.loc, "leave out rule, or rounding and scale_rule");
  if (rule == Rule::standard && !element_is_finite)
    throw Error("element_is_finite: false belongs to rule: mase", v.loc,
                "leave it out: elements saturate at the largest number of OCP's table");
}

Mxfp::Mxfp(Config config)
    : BlockFormatOf("quant.mxfp", config), config_(std::move(config)), spec_(spec_of(config_.element)) {}

BlockFormat::Widths Mxfp::widths() const {
  return {1 + spec_.exponent_bits + spec_.mantissa_bits, config_.scale_bits, 0};
}

std::vector<int64_t> Mxfp::precision() const {
  return with_block_size({widths().element, spec_.exponent_bits, spec_.mantissa_bits});
}

template <class T>
BlockFloat<T> Mxfp::kernel() const {
  const int emax = std::ilogb(spec_.max());
  BlockFloat<T> f(spec_, config_.rounding);
  f.exponent =
      mx_exponent<T>(config_.scale_rule, config_.scale_bits, emax, spec_.mantissa_bits, std::ldexp(spec_.max(), -emax));
  return f;
}

double Mxfp::value(int64_t code, int64_t exponent, double) const {
  FloatSpec spec = spec_;
  if (config_.rule == Rule::mase) spec.kind = config_.element_is_finite ? FloatKind::finite : FloatKind::ieee;
  return std::ldexp(spec.value(code), static_cast<int>(exponent));
}

// Sign, exponent and fraction bits of an element, bit by bit as MASE puts them together.
int64_t Mxfp::mase_code(float x) const {
  const int e = spec_.exponent_bits, m = spec_.mantissa_bits, bias = (1 << (e - 1)) - 1;
  const int most = (1 << e) - (config_.element_is_finite ? 1 : 2);
  const int64_t sign = x < 0 ? spec_.sign_code() : 0;
  const int32_t bits = bits_of(x) & kMagnitudeMask<float>;
  const int field = (bits >> 23) - 127 + bias;
  if (bits < 0x800000 || field < 0) return sign;
  if (field > most) return sign | int64_t{most} << m | ((1 << m) - 1);
  const float kept = std::ldexp(static_cast<float>((bits & 0x7fffff) >> 8), m - 15);
  const auto fraction = static_cast<int64_t>(config_.rounding == Rounding::nearest_even  ? std::nearbyint(kept)
                                             : config_.rounding == Rounding::toward_zero ? std::floor(kept)
                                                                                         : std::ceil(kept));
  if (field == 0) return fraction == 0 ? sign : sign | (fraction | int64_t{1} << m) >> 1;
  return sign | int64_t{field} << m | fraction;
}

template <class T>
void Mxfp::mase(MaseBlock<T>& b) const {
  const int e = spec_.exponent_bits, bias = (1 << (e - 1)) - 1;
  const int emax = (1 << e) - (config_.element_is_finite ? 1 : 2) - bias;
  const T normal = std::numeric_limits<T>::min();
  const T top = b.max < normal ? T(-1e4) : std::floor(mase_log2(b.max)) - T(emax);
  const int scale = static_cast<int>(mase_clamp(top, T(-127), T(128)));
  const FloatSpec spec{e, spec_.mantissa_bits, bias, config_.element_is_finite ? FloatKind::finite : FloatKind::ieee};
  b.exponent = scale;
  for (int64_t i = 0; i < b.count; ++i) {
    const T x = std::fabs(b.x[i]) < normal ? T(0) : b.x[i];
    const int64_t code = mase_code(static_cast<float>(std::ldexp(x, -scale)));
    b.y[i] = std::ldexp(static_cast<T>(spec.value(code)), scale);
    if (b.codes) b.codes[i] = code;
  }
}

template void Mxfp::mase(MaseBlock<float>&) const;
template void Mxfp::mase(MaseBlock<double>&) const;

}  // namespace quant
}  // namespace mase
