// check: everything that can be wrong with a recipe, found before anything runs.
#pragma once
#include "run/run.h"
#include "run/session.h"

namespace mase {

// A recipe that was read, with what was found and what was built on the way: model and data, which a run goes on with.
struct Checked {
  Recipe recipe;
  Scope scope;  // its params
  uint64_t seed = 0;
  Problems problems;
  State state;                     // after model and data; incomplete when there are problems
  LevelRecord record;              // of these two
  List plan;                       // one map per control step: name, rows, repeats, trials, space size
  std::vector<std::string> notes;  // selections that can be checked only when they are reached

  Level level(Session& session) const;
};

std::unique_ptr<Checked> check(Session& session, const RunOptions& options);

void print_problems(const Problems& problems);  // one a line, on standard error

}  // namespace mase
