// Where an export goes: into the step's own folder, under the name that the recipe gives.
#pragma once
#include <mase/context.h>
#include <mase/schema.h>

#include <string>

namespace mase::exporting {

// Refuses a name that would leave the folder.
inline std::string file_in(Context& context, const Path& file) {
  const std::string& name = file.name;
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos)
    throw Error("'" + name + "' is no file name", file.loc,
                "exports are written to the step's own folder: give a name without '/'");
  return context.out_dir() + "/" + name;
}

}  // namespace mase::exporting
