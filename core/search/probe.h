// Probe: which nodes each `each: node` step of a search works on, known before its first trial.
#pragma once
#include <unordered_map>

#include "recipe/domains.h"
#include "run/session.h"

namespace mase {

using NodesByStep = std::unordered_map<const Step*, std::vector<std::string>>;

// Selections are made on the graph as it is before the search; behind a `model:` step of the search, on that model
// with the first option of each of its choices.
NodesByStep probe_nodes(const Control& search, const State& start, const Level& level);

// The first option or least value of every domain: for looking at a search's steps without a point.
class FirstAssignment final : public Assignment {
 public:
  double value(const DomainSpec& domain, const std::string& path) const override;
};

}  // namespace mase
