// quant.ternary: thresholds and scales.
#include "ternary.h"

#include <bit>
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

namespace {

// In the type of the tensor.
double rounded(double v, bool single) { return single ? static_cast<double>(static_cast<float>(v)) : v; }

// The next greater number; v >= 0.
double next_above(double v, bool single) {
  if (!single) return std::nextafter(v, INFINITY);
  const auto f = static_cast<float>(v);
  return f < INFINITY ? static_cast<double>(std::bit_cast<float>(std::bit_cast<uint32_t>(f) + 1)) : v;
}

}  // namespace

std::vector<double> Ternary::thresholds(const Grouped& x) const {
  const bool single = x.single != nullptr;
  const TernaryThreshold rule = config_.threshold;
  std::vector<double> found = rule == TernaryThreshold::mean     ? mean_magnitudes(x)
                              : rule == TernaryThreshold::median ? median_magnitudes(x)
                                                                 : greatest_magnitudes(x);
  const double factor = rule == TernaryThreshold::max ? 0.05 : 0.75;
  for (double& t : found) t = rounded(factor * (rule == TernaryThreshold::mean ? rounded(t, single) : t), single);
  return found;
}

std::vector<Levels> Ternary::fit(const Grouped& x) const {
  const bool single = x.single != nullptr;
  const std::vector<double> limits = thresholds(x);
  std::vector<Above> above;
  if (config_.scaling_factor) above = magnitudes_above(x, limits);
  // MASE divides by the count even where there are none.
  const double none = config_.rule == Rule::mase ? std::numeric_limits<double>::quiet_NaN() : 0;
  std::vector<Levels> levels;
  levels.reserve(limits.size());
  for (size_t g = 0; g < limits.size(); ++g) {
    double scale = 1;
    if (config_.scaling_factor) scale = above[g].count > 0 ? rounded(above[g].sum / above[g].count, single) : none;
    const double next = next_above(limits[g], single);
    // Zero times a scale that is not a number is none either.
    levels.push_back({next, -next, scale, std::isnan(scale) ? scale : 0, -scale, scale});
  }
  return levels;
}

}  // namespace quant
}  // namespace mase
