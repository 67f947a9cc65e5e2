// Goal: what a search is after - one score, or several objectives - and what its results must satisfy.
#pragma once
#include "mase/sampler.h"
#include "recipe/expression.h"
#include "run/session.h"
#include "search/trial_log.h"

namespace mase {

class Goal {
 public:
  Goal(const Step& step, const Level& level);

  bool scored() const { return scored_; }
  bool relative() const { return relative_; }
  const std::vector<Objective>& objectives() const { return objectives_; }

  // Metrics of the graph before the search, by which `relative_to: start` divides.
  void set_start(const Map& metrics);
  // One value per objective; Error when a metric is missing or not a finite number.
  std::vector<double> values(const Map& metrics) const;
  std::vector<double> violations(const Map& metrics) const;  // of the constraints; <= 0 is satisfied

  // Whether `a` is better than `b` in the score, or dominates it. Neither is for equal ones.
  bool better(const Trial& a, const Trial& b) const;
  static bool feasible(const Trial& t);
  // Numbers of the trials that are best: those of the highest score, or the front. In order.
  std::vector<size_t> best(const std::vector<Finding>& findings) const;

 private:
  double metric(const Map& metrics, const std::string& name) const;

  std::string search_;
  bool scored_ = false, relative_ = false;
  std::vector<std::pair<std::string, double>> weights_;
  std::vector<Objective> objectives_;
  std::vector<Expression> constraints_;
  std::vector<double> start_;
};

}  // namespace mase
