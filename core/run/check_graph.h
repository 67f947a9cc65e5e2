// What can be checked only with the model at hand: selections and search spaces.
#pragma once
#include "run/check.h"

namespace mase {

// Adds problems, notes and the plan of every control step. Nothing is run.
void check_with_graph(Checked& checked, Session& session);

}  // namespace mase
