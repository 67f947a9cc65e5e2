// Parsing of arguments with messages that name the nearest command or option.
#pragma once
#include <CLI/App.hpp>
#include <optional>

namespace mase::cli {

// nullopt: parsed. Otherwise the exit status of what was printed (--help). Throws Error for wrong arguments.
std::optional<int> parse_arguments(CLI::App& app, int argc, const char* const* argv);

}  // namespace mase::cli
