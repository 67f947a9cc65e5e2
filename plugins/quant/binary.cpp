// quant.binary: its levels.
#include "binary.h"

#include <limits>

namespace mase::quant {

void Binary::Config::schema(Schema<Config>& s) {
  s.field("bipolar", &Config::bipolar, "-1 and +1; false: 0 and 1");
  s.field("stochastic", &Config::stochastic, "the greater value by chance, with probability (x + 1) / 2");
  common_fields(s);
  rule_field(s);
}

void Binary::Config::check(const Value& v) const {
  if (rule == Rule::mase && stochastic)
    throw Error("rule: mase cannot repeat MASE's draws", v.loc, "leave out rule, or stochastic");
}

std::vector<Levels> Binary::fit(const Grouped& x) const {
  if (!has_scale()) return {{0, 0, 1, 0, config_.bipolar ? -1.0 : 0.0}};
  const double above_zero =
      x.single != nullptr ? std::numeric_limits<float>::denorm_min() : std::numeric_limits<double>::denorm_min();
  std::vector<Levels> levels;
  for (const double mean : mean_magnitudes(x)) {
    const auto alpha = static_cast<double>(static_cast<float>(mean));
    levels.push_back({above_zero, above_zero, alpha, 0, 0, alpha});
  }
  return levels;
}

}  // namespace mase::quant
