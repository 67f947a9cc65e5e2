// quant.ternary: thresholds and scales.
#include "ternary.h"

#include <cmath>
#include <limits>

namespace mase {

const std::vector<std::string>& EnumNames<quant::TernaryThreshold>::names() {
  static const std::vector<std::string> names = {"mean", "median", "max"};
  return names;
}

namespace quant {

void Ternary::Config::schema(Schema<Config>& s) {
  s.field("threshold", &Config::threshold,
          "a magnitude above it is not 0: 0.75 of the mean, 0.75 of the median or 0.05 of the greatest magnitude");
  s.field("scaling_factor", &Config::scaling_factor, "the mean of the magnitudes above the threshold; false: 1");
  s.field("axis", &Config::axis, "own threshold and scale per index of this axis; null: one for the tensor")
      .range(-8, 7);
  common_fields(s);
  rule_field(s);
}

Levels Ternary::fit(const at::Tensor& x, const Groups& groups, int64_t g) const {
  const bool single = x.scalar_type() == at::kFloat;
  const auto rounded = [single](double v) { return single ? static_cast<double>(static_cast<float>(v)) : v; };
  const double threshold =
      rounded(config_.threshold == TernaryThreshold::mean     ? 0.75 * rounded(mean(x, groups, g))
              : config_.threshold == TernaryThreshold::median ? 0.75 * median(x, groups, g)
                                                              : 0.05 * statistic(Statistic::greatest, x, groups, g));
  double scale = 1;
  if (config_.scaling_factor) {
    const Above found = above(x, groups, g, threshold);
    // MASE divides by the count even where there are none.
    const double none = config_.rule == Rule::mase ? std::numeric_limits<double>::quiet_NaN() : 0;
    scale = found.count > 0 ? rounded(found.sum / found.count) : none;
  }
  const double next = single ? static_cast<double>(std::nextafter(static_cast<float>(threshold), INFINITY))
                             : std::nextafter(threshold, INFINITY);
  // Zero times a scale that is not a number is none either.
  return {next, -next, scale, std::isnan(scale) ? scale : 0, -scale, scale};
}

}  // namespace quant
}  // namespace mase
