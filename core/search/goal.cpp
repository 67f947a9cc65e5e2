// Goal: score, objectives, constraints.
#include "search/goal.h"

#include <algorithm>
#include <cmath>

#include "mase/text.h"
#include "run/steps.h"

namespace mase {

Goal::Goal(const Step& step, const Level& level) : search_(step.name) {
  const Control& c = *step.control;
  scored_ = !is_null(c.score);
  relative_ = c.relative_to_start;
  const Value given = resolve(scored_ ? c.score : c.objectives, *level.scope, level.assignment);
  if (scored_) {
    objectives_.push_back({"score", true});
    for (const Entry& e : given.as_map()) weights_.emplace_back(e.key, e.value.as_double());
  } else {
    for (const Entry& e : given.as_map()) {
      const std::string& direction = e.value.as_string();
      if (direction != "maximize" && direction != "minimize")
        throw Error(format("'{}' is {}, expected maximize or minimize", e.key, e.value.brief()), e.value.loc);
      objectives_.push_back({e.key, direction == "maximize"});
    }
  }
  constraints_ = parse_expressions(c.constraints, *level.scope);
}

double Goal::metric(const Map& metrics, const std::string& name) const {
  const Value* v = metrics.find(name);
  if (!v) {
    NameList names;
    for (const Entry& e : metrics) names.add(e.key);
    throw Error(format("nothing in '{}' reports '{}'{}", search_, name, did_you_mean(name, names)));
  }
  if (!v->is_number()) throw Error(format("'{}' is {}, not a number", name, v->brief()));
  const double x = v->as_double();
  if (!std::isfinite(x)) throw Error(format("'{}' is not finite", name));
  return x;
}

void Goal::set_start(const Map& metrics) {
  for (const auto& [name, weight] : weights_) {
    start_.push_back(metric(metrics, name));
    if (start_.back() == 0) throw Error(format("'{}' is 0 before the search, nothing can be relative to it", name));
  }
}

std::vector<double> Goal::values(const Map& metrics) const {
  std::vector<double> values;
  if (!scored_) {
    for (const Objective& o : objectives_) values.push_back(metric(metrics, o.name));
    return values;
  }
  double score = 0;
  for (size_t i = 0; i < weights_.size(); ++i)
    score += weights_[i].second * metric(metrics, weights_[i].first) / (relative_ ? start_.at(i) : 1);
  values.push_back(score);
  return values;
}

std::vector<double> Goal::violations(const Map& metrics) const {
  std::vector<double> values;
  for (const Expression& e : constraints_) {
    const auto v = e.violation([&](const std::string& name) -> std::optional<double> { return metric(metrics, name); });
    values.push_back(v.value_or(0));
  }
  return values;
}

bool Goal::feasible(const Trial& t) {
  return t.state == Trial::State::complete &&
         std::all_of(t.constraints.begin(), t.constraints.end(), [](double v) { return v <= 0; });
}

bool Goal::better(const Trial& a, const Trial& b) const {
  bool somewhere = false;
  for (size_t i = 0; i < objectives_.size(); ++i) {
    const double left = objectives_[i].maximize ? a.values[i] : -a.values[i];
    const double right = objectives_[i].maximize ? b.values[i] : -b.values[i];
    if (left < right) return false;
    somewhere |= left > right;
  }
  return somewhere;
}

std::vector<size_t> Goal::best(const std::vector<Finding>& findings) const {
  std::vector<size_t> best;
  for (size_t i = 0; i < findings.size(); ++i) {
    const Trial& t = findings[i].trial;
    if (!feasible(t)) continue;
    if (std::any_of(best.begin(), best.end(), [&](size_t b) { return better(findings[b].trial, t); })) continue;
    std::erase_if(best, [&](size_t b) { return better(t, findings[b].trial); });
    best.push_back(i);
  }
  return best;
}

}  // namespace mase
