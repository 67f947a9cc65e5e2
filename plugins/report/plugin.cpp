// The report plugin: pictures of what a run has found.
#include <mase/plugin.h>

#include "plot.h"
#include "table.h"

MASE_PLUGIN("report", "0.1.0", "Pictures and tables of what a run has found") {
  r.add<mase::report::Plot>("report.plot", "Draw curves from the tables of sweeps and searches as an SVG");
  r.add<mase::report::Table>("report.table", "Mean and spread of figures over the rows of sweeps and searches");
}
