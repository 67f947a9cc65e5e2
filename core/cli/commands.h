// The commands. Each prints and returns an exit status: 0 done, 1 failed, 2 bad input, 130 interrupted.
#pragma once
#include <string>
#include <vector>

#include "loader/registry.h"

namespace mase::cli {

// Options that every command takes.
struct Globals {
  std::vector<std::string> plugins;  // --plugins
  bool json = false, quiet = false, verbose = false;
};

int list_command(Registry& registry, const std::string& what, bool json);
int describe_command(Registry& registry, const std::string& name, bool json);
int schema_command(Registry& registry);
int docs_command(Registry& registry, const std::string& folder);
int test_command(const Globals& globals, const std::string& folder);
int new_plugin_command(const Registry& registry, const std::string& name, const std::string& kind, bool json);
int check_plugin_command(const std::string& file, bool load, bool json);
int load_plugin_command(const std::string& file,
                        bool json);  // what check-plugin --load runs in a child process
// `out` empty: to stdout.
int convert_command(const Registry& registry, const std::string& file, const std::string& out, bool json);
int version_command(bool json);

// The whole program: main() without its name, so that tests reach it.
int run_program(int argc, const char* const* argv);

}  // namespace mase::cli
