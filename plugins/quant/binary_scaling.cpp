// quant.binary_scaling: its levels.
#include "binary_scaling.h"

#include <cmath>

namespace mase::quant {

void BinaryScaling::Config::schema(Schema<Config>& s) {
  s.field("axis", &Config::axis, "one scale per index of this axis; null: one for the tensor").range(-8, 7);
  common_fields(s);
}

std::vector<Levels> BinaryScaling::fit(const Grouped& x) const {
  std::vector<Levels> levels;
  levels.reserve(static_cast<size_t>(x.groups.groups));
  for (double scale : mean_magnitudes(x)) {
    if (x.single != nullptr) scale = static_cast<double>(static_cast<float>(scale));
    levels.push_back({0, 0, scale, 0, -scale, scale});
  }
  return levels;
}

int64_t BinaryScaling::code(double value) const { return !std::signbit(value); }

}  // namespace mase::quant
