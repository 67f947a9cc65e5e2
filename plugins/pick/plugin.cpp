// Rules that pick the row of a sweep, or the trial of a search, with which the recipe goes on.
#include "mase/plugin.h"

#include "best.h"
#include "first.h"
#include "knee.h"

MASE_PLUGIN("pick", "0.1.0", "Rules that pick the graph with which a recipe goes on") {
  r.add<First>("pick.first", "The first row");
  r.add<Best>("pick.best", "The row with the highest, or lowest, value of one metric");
  r.add<Knee>("pick.knee", "The row where y has all but stopped to change with x");
}
