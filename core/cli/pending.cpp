#include "cli/commands.h"
namespace mase::cli {
int new_plugin_command(const std::string&, const std::string&, bool) { return 2; }
}  // namespace mase::cli
