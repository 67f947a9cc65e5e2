// quant.bipolar: its levels, which no values change.
#include "bipolar.h"

#include <mase/text.h>

namespace mase::quant {

void Bipolar::Config::schema(Schema<Config>& s) {
  s.field("scale", &Config::scale, "the magnitude, one for the tensor or one per index of axis").range(1e-38, 1e38);
  s.field("axis", &Config::axis, "the axis of several scales; from the end with negative numbers").range(-8, 7);
  common_fields(s);
}

void Bipolar::Config::check(const Value& v) const {
  if (scale.empty()) throw Error("scale is an empty list", v.loc, "give one scale, or one per index of axis");
}

// Unlike groups whose scale is a statistic, those of a vector may be its elements.
Groups Bipolar::groups(at::IntArrayRef sizes) const {
  const auto rank = static_cast<int64_t>(sizes.size());
  Groups groups;
  const auto scales = static_cast<int64_t>(config_.scale.size());
  const int64_t axis = config_.axis < 0 ? config_.axis + rank : config_.axis;
  for (int64_t d = 0; d < rank; ++d) {
    const int64_t size = sizes[static_cast<size_t>(d)];
    (scales == 1 || d > axis ? groups.inner : d == axis ? groups.groups : groups.outer) *= size;
  }
  if (scales == 1 || (axis >= 0 && axis < rank && groups.groups == scales)) return groups;
  throw Error(format("quant.bipolar has {} scales along axis {}, which is of size {} in a tensor of {} axes", scales,
                     config_.axis, groups.groups, rank),
              {}, "give one scale, or one per index of axis");
}

std::vector<Levels> Bipolar::fit(const Grouped&) const {
  std::vector<Levels> levels;
  levels.reserve(config_.scale.size());
  for (const double given : config_.scale) {
    const auto scale = static_cast<double>(static_cast<float>(given));
    levels.push_back({0, 0, scale, 0, -scale, scale});
  }
  return levels;
}

}  // namespace mase::quant
