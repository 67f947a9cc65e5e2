// Where plugins are looked for.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "loader/registry.h"
#include "mase/text.h"

namespace mase {
namespace fs = std::filesystem;

std::vector<std::string> plugin_folders(const std::vector<std::string>& from_command_line) {
  std::vector<std::string> folders;
  std::error_code none;
  for (const std::string& folder : from_command_line) {
    if (!fs::is_directory(folder, none))
      throw Error(format("--plugins {}: no such folder", folder), {}, "a folder that holds plugins, *.so");
    folders.push_back(folder);
  }
  if (const char* path = std::getenv("MASE_PLUGIN_PATH")) {
    std::string_view rest = path;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find(':'), rest.size());
      if (end > 0) folders.emplace_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  const fs::path program = fs::read_symlink("/proc/self/exe", none);
  if (none) return folders;
  const fs::path beside = program.parent_path() / ".." / "lib" / "mase" / "plugins";
  if (fs::is_directory(beside, none)) folders.push_back(fs::weakly_canonical(beside).string());
  return folders;
}

}  // namespace mase
