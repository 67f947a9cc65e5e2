// search.random: one stream per proposal, so that a resumed study draws what it would have drawn.
#include "random.h"

#include <algorithm>
#include <cmath>

#include "mase/random.h"

namespace {

// Uniform over the domain's values; with `log` uniform in the logarithm, each integer owning [v - 1/2, v + 1/2].
double draw(const mase::Domain& d, mase::Random& random) {
  using Kind = mase::Domain::Kind;
  const int64_t count = d.count();
  if (d.kind == Kind::choice) return static_cast<double>(random.below(static_cast<uint64_t>(count)));
  if (!d.log) {
    if (count < 0) return d.low + (d.high - d.low) * random.uniform();
    const double step = d.step > 0 ? d.step : 1;
    return d.low + step * static_cast<double>(random.below(static_cast<uint64_t>(count)));
  }
  const double half = d.kind == Kind::integer ? 0.5 : 0;
  const double low = std::log(d.low - half), high = std::log(d.high + half);
  const double v = std::exp(low + (high - low) * random.uniform());
  if (count < 0) return std::clamp(v, d.low, d.high);
  const double step = d.step > 0 ? d.step : 1;
  const double place = std::nearbyint((v - d.low) / step);
  return d.low + step * std::clamp(place, 0.0, static_cast<double>(count - 1));
}

}  // namespace

void RandomSampler::begin(const mase::Space& space, const std::vector<mase::Objective>&, uint64_t seed) {
  space_ = space, seed_ = seed;
}

std::optional<mase::Point> RandomSampler::ask(const mase::Request& request, const std::vector<mase::Trial>&) {
  mase::Random random(mase::stream_hash(seed_ + static_cast<uint64_t>(request.draw), "draw"));
  mase::Point point(space_.domains.size(), mase::kInactive);
  for (size_t i = 0; i < point.size(); ++i) {
    const mase::Domain& d = space_.domains[i];
    if (d.parent < 0 || point[static_cast<size_t>(d.parent)] == d.parent_option) point[i] = draw(d, random);
  }
  return point;
}
