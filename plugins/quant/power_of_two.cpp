// quant.power_of_two: its own kernel for the common case.
#include "power_of_two.h"

namespace mase::quant {
namespace {

// Ties between powers go to the even code, ties with zero to zero. The greatest power is below 2^127.
struct NearestPower {
  int32_t parity;            // 1 where float32's exponent field is odd and the code even
  int32_t smallest;          // bits of the smallest power
  float half_smallest, max;  // max: the greatest power

  explicit NearestPower(const FloatGrid& f)
      : parity((126 + f.min_exponent) & 1),
        smallest((f.min_exponent + 127) << 23),
        half_smallest(std::ldexp(0.5f, f.min_exponent)),
        max(static_cast<float>(f.max)) {}

  MASE_INLINE float operator()(float x) const {
    float a = magnitude_of(x);
    a = select(max < a, max, a);  // a NaN stays
    const int32_t bits = bits_of(a), odd = ((bits >> 23) ^ parity) & 1;
    const int32_t rounded = wrapped_sum(bits, 0x3fffff + odd) & 0x7f800000;
    const int32_t small = a > half_smallest ? smallest : 0;
    const float y = from_bits<float>(bits < smallest ? small : rounded);
    return with_sign(select(x != x, x, y), x);
  }
};

}  // namespace

void PowerOfTwo::Config::schema(Schema<Config>& s) {
  s.field("width", &Config::width, "bits of a number, sign included").range(2, 9).unit("bits");
  s.field("exponent_bias", &Config::exponent_bias, "code - bias is the exponent; null: 2^(width - 2) - 1")
      .range(kLeastBias, kGreatestBias);
  rounding_fields(s);
  common_fields(s);
}

PowerOfTwo::PowerOfTwo(Config config)
    : FloatFormat("quant.power_of_two", config, {config.width - 1, 0, config.bias()}, config.rounding, config.overflow),
      config_(config) {}

bool PowerOfTwo::fill(const float* x, float* y, const Part& part) const {
  const bool saturates =
      config_.overflow == FloatOverflow::saturate || config_.overflow == FloatOverflow::saturate_symmetric;
  if (config_.rounding == Rounding::nearest_even && saturates && grid().fits<float>() && grid().max < 0x1p127)
    return run(NearestPower(grid()), x, y, part);
  return FloatFormat::fill(x, y, part);
}

Value PowerOfTwo::calibrate(const CalibrationData& data) const {
  Config config = config_;
  const double max = FloatSpec{config_.width - 1, 0, 0}.max();
  return choose_bias(data, max, name(), [&](int bias, const at::Tensor& x) {
    config.exponent_bias = bias;
    return PowerOfTwo(config).quantize(x, {});
  });
}

}  // namespace mase::quant
