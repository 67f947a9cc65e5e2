// Acceptance: whether a proposed point is part of the space - `require:` and the components' own checks - before it
// costs a trial.
#pragma once
#include <functional>

#include "recipe/expression.h"
#include "run/session.h"
#include "search/probe.h"

namespace mase {

class Acceptance {
 public:
  Acceptance(const Control& search, const NodesByStep& nodes, const Level& level);

  // Why the point that `level.assignment` stands for is refused; "" when it is not. Fills `prepared` with every
  // configuration that it resolved, for the trial to use.
  std::string refusal(const Level& level, std::vector<Prepared>& prepared) const;

 private:
  struct Place {
    const Step* step;
    std::string node;
  };
  std::string broken_requirement(const std::vector<Prepared>& prepared, const Level& level) const;
  std::string own_refusal(const Value& v) const;

  Registry& registry_;
  std::vector<Place> places_;  // component steps of the search itself, once per node
  std::vector<Expression> require_;
};

}  // namespace mase
