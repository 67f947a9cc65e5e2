// Stands in for the run engine until core/run/run.cpp exists.
#include "run/run.h"

namespace mase {
int run_recipe(Registry&, const RunOptions&) { throw Error("run is not built in"); }
int check_recipe(Registry&, const RunOptions&) { throw Error("check is not built in"); }
int compare_runs(const std::vector<std::string>&, bool) { throw Error("compare is not built in"); }
}  // namespace mase
