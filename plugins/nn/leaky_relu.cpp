// nn.leaky_relu: x where positive, a fraction of x elsewhere.
#include <ATen/ops/leaky_relu.h>

#include <cmath>

#include "grid.h"
#include "nn.h"

namespace mase::nn {
namespace {

class LeakyRelu final : public Elementwise {
 public:
  struct Config {
    double negative_slope = 0.01;
    static void schema(Schema<Config>& s) {
      s.field("negative_slope", &Config::negative_slope, "factor of negative values");
    }
    void check(const Value& v) const {
      if (!std::isfinite(negative_slope)) throw Error("negative_slope is not finite", v.loc);
    }
  };
  explicit LeakyRelu(Config c) : config_(c) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    return {at::leaky_relu(inputs[0], config_.negative_slope)};
  }
  // Exact for a slope of few binary digits, such as 2^-n.
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    if (formats.inputs.empty() || !formats.inputs[0]) return std::nullopt;
    const FixedPoint& point = *formats.inputs[0];
    if (!point.is_signed || config_.negative_slope == 0) return point;
    constexpr int kMostDigits = 16;
    int digits = 0;
    while (digits <= kMostDigits &&
           std::trunc(std::ldexp(config_.negative_slope, digits)) != std::ldexp(config_.negative_slope, digits))
      ++digits;
    const double steps = std::ldexp(config_.negative_slope, digits);
    if (digits > kMostDigits || std::abs(steps) >= std::ldexp(1.0, kMostDigits)) return std::nullopt;
    return CodeRange(point).scaled_below_zero(static_cast<int64_t>(steps), digits).grid();
  }

 private:
  Config config_;
};

}  // namespace

void add_leaky_relu(Registrar& r) {
  r.add<LeakyRelu>("nn.leaky_relu", "Negative values become a fraction of themselves");
}

}  // namespace mase::nn
