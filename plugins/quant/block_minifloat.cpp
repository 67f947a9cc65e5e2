// quant.block_minifloat: its fields, its kernel, and MASE's formula.
#include "block_minifloat.h"

#include "mase_math.h"

#include <mase/text.h>

namespace mase::quant {

void BlockMinifloat::Config::schema(Schema<Config>& s) {
  s.field("width", &Config::width, "bits of an element").range(3, 23).unit("bits");
  s.field("exponent_width", &Config::exponent_width, "bits of an element's exponent").range(1, 6).unit("bits");
  s.field("exponent_bias_width", &Config::exponent_bias_width, "bits of the shared number").range(1, 10).unit("bits");
  block_fields(s);
  rule_field(s);
  common_fields(s);
}

void BlockMinifloat::Config::check(const Value& v) const {
  if (width < exponent_width + 2)
    throw Error(format("{} bits leave no mantissa beside the sign and {} bits of exponent", width, exponent_width),
                v.loc, "width is at least exponent_width + 2");
  check_mase_rule(rule, rounding == Rounding::nearest_even, v);
}

BlockMinifloat::BlockMinifloat(Config config)
    : BlockFormatOf("quant.block_minifloat", config), config_(std::move(config)) {
  spec_ = {config_.exponent_width, config_.width - config_.exponent_width - 1, (1 << config_.exponent_width) - 1,
           FloatKind::finite};
}

std::vector<int64_t> BlockMinifloat::precision() const {
  return with_block_size({config_.width, config_.exponent_width, config_.exponent_bias_width});
}

template <class T>
BlockFloat<T> BlockMinifloat::kernel() const {
  using L = std::numeric_limits<T>;
  const int half = 1 << (config_.exponent_bias_width - 1);
  BlockFloat<T> f(spec_, config_.rounding);
  f.exponent.low = std::max(-half, L::min_exponent - L::digits);
  f.exponent.high = std::min(half - 1, L::max_exponent - 1);
  f.exponent.carry = carry_into<T>(config_.rounding, spec_.mantissa_bits);
  return f;
}

double BlockMinifloat::value(int64_t code, int64_t exponent, double) const {
  if (config_.rule == Rule::standard) return std::ldexp(spec_.value(code), static_cast<int>(exponent));
  FloatSpec spec = spec_;
  spec.bias = static_cast<int>(exponent);  // MASE shares the bias itself
  return spec.value(code);
}

template <class T>
void BlockMinifloat::mase(MaseBlock<T>& b) const {
  const T most = T((1 << config_.exponent_bias_width) - 1);
  const T bias = mase_clamp(std::floor(mase_log2(b.fill)), T(0), most);
  const T low = -bias, high = T((1 << config_.exponent_width) - 1) - bias,
          shift = std::ldexp(T(1), spec_.mantissa_bits);
  b.exponent = static_cast<int64_t>(bias);
  for (int64_t i = 0; i < b.count; ++i) {
    const T x = b.x[i], sign = mase_sign(x + T(1e-9));
    const T exponent = mase_clamp(std::floor(mase_log2(std::fabs(x) + T(1e-9))), low, high);
    const T mantissa = std::ldexp(std::fabs(x), -static_cast<int>(exponent));
    const bool normal = exponent != low, passes = mase_passes(x);
    const T bits =
        mase_clamp(std::nearbyint(normal ? mantissa * shift - shift : mantissa * shift / 2), T(0), shift - 1);
    b.y[i] = passes ? x + T(0)
                    : std::ldexp(sign, static_cast<int>(exponent)) * (normal ? 1 + bits / shift : bits / shift * 2);
    b.carried &= !passes || x == 0;
    if (!b.codes) continue;
    const auto field = static_cast<int64_t>(normal ? exponent - low : 0);
    const int64_t magnitude = (field << spec_.mantissa_bits) + static_cast<int64_t>(bits);
    b.codes[i] = passes ? 0 : (sign < 0 ? spec_.sign_code() : 0) | magnitude;
  }
}

template void BlockMinifloat::mase(MaseBlock<float>&) const;
template void BlockMinifloat::mase(MaseBlock<double>&) const;

}  // namespace mase::quant
