// What is written down about a run: its steps with their reports, and its metrics.
#pragma once
#include <string>
#include <vector>

#include "mase/component.h"

namespace mase {

struct StepRecord {
  std::string use, name;
  Value where;        // as the recipe says, resolved; null when it has none
  int64_t nodes = 0;  // how many it worked on
  double seconds = 0;
  bool changed = true;  // whether the graph is another one than before; known where lineage is kept
  Map report;
  Map metrics;   // by their name in run.json, prefix included
  List lineage;  // the plain recipe steps that lead from the graph before this step to the one after it

  Map value() const;  // as in run.json
};

// The steps of one level - the recipe's, or one row's or trial's - and the metrics they gave.
struct LevelRecord {
  std::vector<StepRecord> steps;
  Map metrics;
  void add(StepRecord step);  // Error when one of its metrics is already there
  List step_values() const;
  double seconds() const;  // of all steps
};

// The name under which a step's figure stands in `metrics`.
std::string metric_name(bool named, std::string_view step, std::string_view figure);

}  // namespace mase
