// Study: one search - asks the sampler, runs trials, keeps what they found.
#pragma once
#include <unordered_set>

#include "mase/sampler.h"
#include "recipe/domains.h"
#include "run/steps.h"
#include "search/acceptance.h"
#include "search/goal.h"
#include "search/trial_log.h"

namespace mase {

class Study {
 public:
  // Refuses whatever can be refused before the first trial: a space that the sampler cannot search, a search without
  // an end. `state` is what every trial starts from.
  Study(const Step& step, State& state, const Level& level);
  ~Study();
  const Space& space() const { return space_.space; }
  int64_t most_trials() const;  // -1: until the sampler or the timeout ends it

  void run(StepRecord& record);

 private:
  struct Proposal {
    Point point;
    int64_t draw = 0;
  };
  Level trial_level(const Assignment& assignment, int64_t number) const;
  void cache_runners();
  void measure_start();

  void begin();  // files, and what an earlier session has found
  void take_over(TrialLog::Story story);
  void loop();
  bool ended() const;
  std::optional<Proposal> propose();
  Point canonical(const Point& proposed) const;
  void run_trial(const Proposal& proposal);
  void evaluate(Finding& finding, State& state, List& lineage);
  void note_metrics(Finding& finding, const Map& metrics);
  void keep(Finding finding, State state, List lineage);
  void check_failures() const;

  void finish(StepRecord& record);
  void write_tables(const std::vector<size_t>& best) const;
  std::optional<size_t> picked();
  void continue_with(size_t index, StepRecord& record);
  List lineage_of(size_t index);
  void write_best(size_t index);
  Map params_of(const Point& point) const;
  Map metrics_of(const Finding& finding) const;

  const Step& step_;
  const Control& control_;
  State& start_;
  Level level_;
  Scope scope_;  // level_'s with the names of `space:`
  NodesByStep nodes_;
  SearchSpace space_;
  std::unique_ptr<Acceptance> acceptance_;
  Goal goal_;
  std::shared_ptr<Sampler> sampler_;
  std::string sampler_name_;
  int64_t trials_ = -1;
  double timeout_ = 0;   // seconds; 0: none
  bool nested_ = false;  // whether trials have control steps or recipes of their own
  ComponentCache cache_;
  std::vector<Prepared> prepared_;

  std::string folder_;
  TrialLog log_;
  std::vector<std::string> metric_names_;
  std::vector<Finding> findings_;
  std::vector<Trial> history_;
  struct Kept {
    size_t index;
    State state;
    List lineage;
  };
  std::vector<Kept> kept_;  // states of the best trials so far
  std::unordered_set<std::string> seen_;
  int64_t space_size_ = -1, next_draw_ = 0, fresh_ = 0;
  double seconds_ = 0, earlier_seconds_ = 0;
};

}  // namespace mase
