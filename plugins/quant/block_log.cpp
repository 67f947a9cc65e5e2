// quant.block_log: its fields, its kernel, and MASE's formula.
#include "block_log.h"

#include "mase_math.h"

namespace mase::quant {

void BlockLog::Config::schema(Schema<Config>& s) {
  s.field("width", &Config::width, "bits of an element, sign included").range(2, 12).unit("bits");
  s.field("exponent_bias_width", &Config::exponent_bias_width, "bits of the shared number").range(1, 10).unit("bits");
  block_fields(s);
  rule_field(s);
  common_fields(s);
}

void BlockLog::Config::check(const Value& v) const { check_mase_rule(rule, rounding == Rounding::nearest_even, v); }

namespace {

// Directed roundings look at the sign; the others divide at sqrt(2), and at half of the smallest power.
template <class T>
void set_rounding(LogElement<T>& f, Rounding rounding) {
  constexpr BitsOf<T> one = BitsOf<T>(1) << kFraction<T>;
  constexpr BitsOf<T> root = sizeof(T) == 4 ? BitsOf<T>(0x3504f4) : BitsOf<T>(0x6a09e667f3bcd);  // sqrt(2), upwards
  const auto directed = [&](bool up_negative, bool up_positive) {
    f.carry[0] = up_negative ? one - 1 : 0, f.beyond[0] = T(!up_negative);
    f.carry[1] = up_positive ? one - 1 : 0, f.beyond[1] = T(!up_positive);
  };
  f.carry[0] = f.carry[1] = one - root, f.beyond[0] = f.beyond[1] = T(0.5);
  const T below_half = std::nextafter(T(0.5), T(0));  // ties go up
  if (rounding == Rounding::floor) directed(true, false);
  if (rounding == Rounding::ceil) directed(false, true);
  if (rounding == Rounding::toward_zero) directed(false, false);
  if (rounding == Rounding::away_from_zero || rounding == Rounding::stochastic) directed(true, true);
  if (rounding == Rounding::nearest_away || rounding == Rounding::nearest_down) f.beyond[0] = below_half;
  if (rounding == Rounding::nearest_away || rounding == Rounding::nearest_up) f.beyond[1] = below_half;
}

}  // namespace

template <class T>
LogElement<T> BlockLog::kernel() const {
  using L = std::numeric_limits<T>;
  const int half = 1 << (config_.exponent_bias_width - 1);
  LogElement<T> f;
  f.binades = sign_code() - 2;
  set_rounding(f, config_.rounding);
  f.exponent.carry = std::max(f.carry[0], f.carry[1]);
  f.exponent.low = std::max(-half, L::min_exponent - L::digits);
  f.exponent.high = std::min(half - 1, L::max_exponent - 1);
  return f;
}

int64_t BlockLog::code(double n, int64_t shared) const {
  const int64_t sign = std::signbit(n) ? sign_code() : 0;
  return n == 0 ? sign : sign + std::ilogb(n) - shared + sign_code() - 1;
}

double BlockLog::value(int64_t code, int64_t exponent, double) const {
  const int64_t k = code & (sign_code() - 1);
  // MASE shares the bias itself, and all of its codes are powers.
  const bool mase = config_.rule == Rule::mase;
  const int64_t bias = mase ? exponent : sign_code() - 1 - exponent;
  const double magnitude = k == 0 && !mase ? 0 : std::ldexp(1.0, static_cast<int>(k - bias));
  return code & sign_code() ? -magnitude : magnitude;
}

template <class T>
void BlockLog::mase(MaseBlock<T>& b) const {
  const T top = std::ldexp(T(1), config_.width - 1) - 1;
  const T bias = mase_clamp(top - std::ceil(mase_log2(b.fill)), T(0), T((1 << config_.exponent_bias_width) - 1));
  const T small = std::ldexp(T(1), -static_cast<int>(bias)) * T(0.1);
  b.exponent = static_cast<int64_t>(bias);
  for (int64_t i = 0; i < b.count; ++i) {
    const T sign = mase_sign(b.x[i] + small);
    const T exponent = mase_clamp(std::nearbyint(mase_log2(std::fabs(b.x[i]) + small)), -bias, top - bias);
    b.y[i] = sign * std::ldexp(T(1), static_cast<int>(exponent));
    b.carried &= sign != 0;
    if (b.codes) b.codes[i] = (sign < 0 ? sign_code() : 0) + static_cast<int64_t>(exponent + bias);
  }
}

template void BlockLog::mase(MaseBlock<float>&) const;
template void BlockLog::mase(MaseBlock<double>&) const;

}  // namespace mase::quant
