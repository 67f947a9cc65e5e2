// mase --version: the host and what it stands on.
#include <torch/headeronly/version.h>

#include <array>
#include <cstdio>

#include "cli/commands.h"
#include "cli/table.h"
#include "mase/abi.h"
#include "mase/text.h"

namespace mase::cli {
namespace {

std::string first_line_of(const char* command) {
  std::string line;
  if (FILE* pipe = ::popen(command, "r")) {
    std::array<char, 256> buffer{};
    if (std::fgets(buffer.data(), buffer.size(), pipe)) line = buffer.data();
    while (std::fgets(buffer.data(), buffer.size(), pipe)) {
    }
    ::pclose(pipe);
  }
  while (!line.empty() && line.back() == '\n') line.pop_back();
  return line.empty() ? "not found" : line;
}

}  // namespace

int version_command(bool json) {
  const std::string verilator = first_line_of("verilator --version 2>/dev/null");
  const std::string yosys = first_line_of("yosys -V 2>/dev/null");
  const Map versions{{"mase", MASE_VERSION},
                     {"libtorch", TORCH_VERSION},
                     {"verilator", verilator},
                     {"yosys", yosys},
                     {"abi", MASE_ABI_TAG}};
  if (json) {
    print(Value(versions).json(2) + "\n");
    return 0;
  }
  Table table;
  for (const Entry& e : versions) table.row({e.key, e.value.as_string()});
  print(table.text());
  return 0;
}

}  // namespace mase::cli
