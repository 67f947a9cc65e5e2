// quant.log under both rules.
#include "log.h"

#include <cmath>

#include "mase_kernel.h"

namespace mase::quant {
namespace {

// Exact: log2(a) is nearer to k + 1 than to k if a > sqrt(2) * 2^k, and a number of finitely many bits is never equal
// to that. Between zero and the smallest power the middle is half that power, and a tie goes as the rounding says.
template <class T>
struct LogRounding {
  using I = BitsOf<T>;
  I add_positive, add_negative;    // carries into the exponent field
  I smallest;                      // bits of the smallest power
  T from_positive, from_negative;  // magnitudes from here on become the smallest power
  T max, over;

  LogRounding(const FloatGrid& f, Rounding rounding, FloatOverflow overflow, T greatest) : max(greatest) {
    constexpr I one = I(1) << kFraction<T>;
    constexpr I root = sizeof(T) == 4 ? I(0x3504f4) : I(0x6a09e667f3bcd);  // fraction of sqrt(2), rounded up
    const T least = std::ldexp(T(1), f.min_exponent), half = least / 2;
    const T beyond_half = std::nextafter(half, least), tiny = std::numeric_limits<T>::denorm_min();
    smallest = __builtin_bit_cast(I, least);
    add_positive = add_negative = one - root, from_positive = from_negative = beyond_half;
    const auto directed = [&](bool up_positive, bool up_negative) {
      add_positive = up_positive ? one - 1 : 0, from_positive = up_positive ? tiny : least;
      add_negative = up_negative ? one - 1 : 0, from_negative = up_negative ? tiny : least;
    };
    if (rounding == Rounding::toward_zero) directed(false, false);
    if (rounding == Rounding::away_from_zero) directed(true, true);
    if (rounding == Rounding::floor) directed(false, true);
    if (rounding == Rounding::ceil) directed(true, false);
    if (rounding == Rounding::nearest_away) from_positive = from_negative = half;
    if (rounding == Rounding::nearest_up) from_positive = half;
    if (rounding == Rounding::nearest_down) from_negative = half;
    over = overflow == FloatOverflow::saturate_to_zero ? T(0) : max;
  }

  MASE_INLINE T finish(T x, I add, T from) const {
    const T a = magnitude_of(x);
    const T power = from_bits<T>(wrapped_sum(bits_of(a), add) & kExponentMask<T>);
    T y = select(a >= from, from_bits<T>(smallest), T(0));
    y = select(bits_of(a) < smallest, y, power);
    y = select(y > max, over, y);
    return with_sign(select(x != x, x, y), x);
  }
  MASE_INLINE T operator()(T x) const {
    const bool negative = bits_of(x) < 0;
    return finish(x, select(negative, add_negative, add_positive), select(negative, from_negative, from_positive));
  }
  MASE_INLINE T operator()(T x, double uniform) const {  // stochastic by value
    const T least = from_bits<T>(smallest);
    const T from = static_cast<T>(least * (1 - uniform));
    return finish(x, static_cast<I>(uniform * static_cast<double>(I(1) << kFraction<T>)),
                  select(x == T(0), least, from));
  }
};

}  // namespace

void Log::Config::schema(Schema<Config>& s) {
  s.field("width", &Config::width, "bits of a number, sign included").range(2, 9).unit("bits");
  s.field("exponent_bias", &Config::exponent_bias, "code - bias is the exponent; null: 2^(width - 2) - 1")
      .range(kLeastBias, kGreatestBias);
  rounding_fields(s);
  common_fields(s);
  rule_field(s);
}

void Log::Config::check(const Value& v) const {
  check_float_overflow(overflow, false, v);
  check_mase_rule(rule, rounding == Rounding::nearest_even && overflow == FloatOverflow::saturate, v);
}

Log::Log(Config config)
    : ElementFormat("quant.log", config), config_(config), spec_{config.width - 1, 0, config.bias()} {}

template <class T>
bool Log::fill_standard(const T* x, T* y, const Part& part) const {
  const FloatGrid grid(spec_);
  if (sizeof(T) == 4 && (draws() || !grid.fits<T>())) {
    const Widened<LogRounding<double>> wide{{grid, config_.rounding, config_.overflow, grid.greatest<float>()}};
    if constexpr (sizeof(T) == 4) return draws() ? run_drawing(wide, x, y, part) : run(wide, x, y, part);
  }
  const LogRounding<T> functor(grid, config_.rounding, config_.overflow, grid.greatest<T>());
  return draws() ? run_drawing(functor, x, y, part) : run(functor, x, y, part);
}

bool Log::fill(const float* x, float* y, const Part& part) const {
  if (config_.rule == Rule::standard) return fill_standard(x, y, part);
  return run(MaseLog<float>(config_.width, config_.bias()), x, y, part);
}
bool Log::fill(const double* x, double* y, const Part& part) const {
  if (config_.rule == Rule::standard) return fill_standard(x, y, part);
  return run(MaseLog<double>(config_.width, config_.bias()), x, y, part);
}

std::optional<int64_t> Log::code(double value) const {
  const auto code = spec_.code(value);
  if (config_.rule == Rule::standard || !(std::fabs(value) <= spec_.max())) return code;
  const double magnitude = std::fabs(value);
  int exponent = 0;
  if (std::frexp(magnitude, &exponent) != 0.5 || exponent - 1 < -config_.bias()) return std::nullopt;
  return (std::signbit(value) ? spec_.sign_code() : 0) + exponent - 1 + config_.bias();
}

double Log::value(int64_t code) const {
  if (config_.rule == Rule::standard) return spec_.value(code);
  const double v = std::ldexp(1.0, static_cast<int>(code & (spec_.sign_code() - 1)) - config_.bias());
  return code & spec_.sign_code() ? -v : v;
}

Value Log::calibrate(const CalibrationData& data) const {
  Config config = config_;
  const double max = FloatSpec{config_.width - 1, 0, 0}.max();
  return choose_bias(data, max, name(), [&](int bias, const at::Tensor& x) {
    config.exponent_bias = bias;
    return Log(config).quantize(x, {});
  });
}

}  // namespace mase::quant
