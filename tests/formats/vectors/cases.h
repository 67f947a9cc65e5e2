// The two families of golden vectors.
#pragma once
#include "files.h"
#include "loader/registry.h"
#include "report.h"

namespace vectors {

void run_mase(Folder& folder, mase::Registry& registry, Report& report);    // mase_manifest.json
void run_oracle(Folder& folder, mase::Registry& registry, Report& report);  // oracle_manifest.json

}  // namespace vectors
