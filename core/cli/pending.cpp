#include "cli/commands.h"
namespace mase::cli {
int schema_command(Registry&) { return 2; }
int docs_command(Registry&, const std::string&) { return 2; }
int new_plugin_command(const std::string&, const std::string&, bool) { return 2; }
}  // namespace mase::cli
