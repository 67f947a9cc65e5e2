// Where a report goes: into the step's own folder, under the name that the recipe gives.
#pragma once
#include <mase/context.h>

#include <string>

namespace mase::analysis {

// Refuses a name that would leave the folder.
inline std::string file_in(Context& context, const std::string& name) {
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos)
    throw Error("'" + name + "' is no file name", {},
                "reports are written to the step's own folder: give a name without '/'");
  return context.out_dir() + "/" + name;
}

}  // namespace mase::analysis
