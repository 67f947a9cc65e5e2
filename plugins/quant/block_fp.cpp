// quant.block_fp: its fields, its shared exponent, and MASE's formula.
#include "block_fp.h"

#include "mase_math.h"

namespace mase::quant {

void BlockFp::Config::schema(Schema<Config>& s) {
  s.field("width", &Config::width, "bits of an element, sign included").range(2, 23).unit("bits");
  s.field("exponent_width", &Config::exponent_width, "bits of the shared exponent").range(1, 10).unit("bits");
  s.field("exponent_bias", &Config::exponent_bias, "what its code exceeds it by; null: 2^(exponent_width-1) - 1")
      .range(-1024, 1024);
  block_fields(s);
  rule_field(s);
  common_fields(s);
}

void BlockFp::Config::check(const Value& v) const { check_mase_rule(rule, rounding == Rounding::nearest_even, v); }

BlockFp::BlockFp(Config config) : BlockFormatOf("quant.block_fp", config), config_(std::move(config)) {}

std::vector<int64_t> BlockFp::precision() const {
  return with_block_size({config_.width, config_.exponent_width, bias()});
}

template <class T>
BlockInteger<T> BlockFp::kernel() const {
  using L = std::numeric_limits<T>;
  constexpr int kLeast = L::min_exponent - L::digits;  // of the smallest number: steps are not finer
  const int fraction = config_.width - 1;
  BlockInteger<T> f;
  f.frac_width = fraction;
  f.high = std::ldexp(T(1), fraction) - 1, f.low = f.last_low = -f.high;
  f.rounding = RoundingTable<T>(config_.rounding);
  f.exponent.offset = -1;
  f.exponent.low = std::clamp(-bias(), kLeast + fraction, L::max_exponent);
  f.exponent.high =
      std::clamp((1 << config_.exponent_width) - 1 - bias(), static_cast<int>(f.exponent.low), L::max_exponent);
  f.exponent.carry = carry_into<T>(config_.rounding, fraction - 1);
  return f;
}

double BlockFp::value(int64_t code, int64_t exponent, double) const {
  return std::ldexp(static_cast<double>(code), static_cast<int>(exponent) - (config_.width - 1));
}

template <class T>
void BlockFp::mase(MaseBlock<T>& b) const {
  const T shift = std::ldexp(T(1), config_.width - 1);
  const T low = T(-bias()), high = T((1 << config_.exponent_width) - 1 - bias());
  const T exponent = mase_clamp(std::ceil(mase_log2(b.fill)), low, high);
  const T unit = std::ldexp(T(1), static_cast<int>(exponent));
  b.exponent = static_cast<int64_t>(exponent);
  for (int64_t i = 0; i < b.count; ++i) {
    const T x = b.x[i], sign = mase_sign(x + T(1e-9));
    const T n = mase_clamp(std::nearbyint((std::fabs(x) + T(1e-9)) / unit * shift), T(0), shift - 1);
    const bool passes = mase_passes(x);
    b.y[i] = passes ? x + T(0) : sign * unit * (n / shift);
    if (b.codes) b.codes[i] = passes ? 0 : static_cast<int64_t>(sign * n);
    b.carried &= !passes || x == 0;
  }
}

template void BlockFp::mase(MaseBlock<float>&) const;
template void BlockFp::mase(MaseBlock<double>&) const;

}  // namespace mase::quant
