// search.brute_force: the draw's number is the point's number.
#include "brute_force.h"

#include "mase/text.h"

void BruteForceSampler::begin(const mase::Space& space, const std::vector<mase::Objective>&, uint64_t) {
  points_ = Enumeration(space, {});
}

std::optional<mase::Point> BruteForceSampler::ask(const mase::Request& request, const std::vector<mase::Trial>&) {
  if (request.draw >= points_.size()) return std::nullopt;
  return points_.point(request.draw);
}

void BruteForceSampler::check(const mase::Space& space) const {
  for (const mase::Domain& d : space.domains)
    if (d.count() < 0)
      throw mase::Error(mase::format("search.brute_force needs a finite space, but '{}' is continuous", d.name), {},
                        "give it a step, or take another sampler");
  if (space.size() < 0)
    throw mase::Error("search.brute_force needs a finite space, but this one has more than 2^62 points", {},
                      "take another sampler, or fewer values");
}
