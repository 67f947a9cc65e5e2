// Journal: what a run has finished, kept in the run folder so that --resume and --from can go on from it.
#pragma once
#include <string>
#include <vector>

#include "run/record.h"
#include "run/session.h"

namespace mase {

// A finished top-level step and where its graph lies.
struct Finished {
  StepRecord record;
  std::string print;  // of the step as the recipe has it, references followed
  std::string graph;  // folder below state/, "" when the model is as built; "-" when there is none
};

// The whole story; written atomically after every step.
struct Journal {
  std::string text;                                       // the recipe's bytes
  std::vector<std::pair<std::string, std::string>> sets;  // --set
  int64_t seed = 0;
  std::string base;             // print of model and data
  std::string plan;             // prints of all steps, finished or not
  std::vector<Finished> steps;  // in order; skipped ones (`when`) are absent

  void write(const std::string& run_dir) const;
  static Journal read(const std::string& run_dir);  // Error when it is not there or damaged
};

// What a step says, with everything it refers to, as text that equal steps share.
std::string step_print(const Step& step, const Scope& scope);

}  // namespace mase
