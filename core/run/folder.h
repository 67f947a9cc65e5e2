// RunFolder: the one place a run writes to - chosen, checked, and claimed before anything is written.
#pragma once
#include <string>
#include <vector>

#include "mase/value.h"

namespace mase {

// The folder that --out names, or runs/<name>-<time>; with `previous` the one to go on with: --out, or runs/latest.
std::string choose_run_folder(const std::string& out, const std::string& name, bool previous);

// Error when `folder` exists and is neither empty nor the folder of a run.
void check_run_folder(const std::string& folder);
bool holds_run(const std::string& folder);

// What the run in `folder` has left behind, but for run.json. Files that no run writes are not among it.
std::vector<std::string> places_of_run(const std::string& folder);

// Makes runs/latest point at `folder`, when that lies in runs/.
void point_latest(const std::string& folder);

}  // namespace mase
