// Inputs: the files and folders that a recipe reads, so that no run removes what it is about to read.
#pragma once
#include <string>
#include <vector>

#include "run/check.h"

namespace mase {

// `given` as a component of the recipe in `recipe_file` means it: relative to that file, or, when --set gave it, to
// the working folder.
std::string input_path(const Session& session, const std::string& recipe_file, std::string_view given);

// Error when the recipe reads something in one of `places`, which the run in session.run_dir is about to remove: the
// recipe's own files, what model and data have read already, and what the steps name.
void check_inputs(const Checked& checked, const Session& session, const std::vector<std::string>& places);

}  // namespace mase
