// The samplers that come with mase: what they are called.
#include "mase/plugin.h"

#include "brute_force.h"
#include "grid.h"
#include "random.h"

MASE_PLUGIN("search", "0.1.0", "Samplers: how a search proposes points of its space") {
  r.add<RandomSampler>("search.random", "Draws every parameter uniformly, options before what they bring with them");
  r.add<GridSampler>("search.grid", "Tries the product of all values, or of those given, in a shuffled order");
  r.add<BruteForceSampler>("search.brute_force", "Tries every point of a finite space, in order, and then stops");
}
