// Graphviz's program `dot` as a child process.
#pragma once
#include <string>
#include <string_view>

namespace mase::analysis {

// Lays `text` out and writes the picture under a temporary name, then renames it to `file`. Error, with what dot said,
// when it is not installed or fails.
void draw_svg(std::string_view text, const std::string& file);

}  // namespace mase::analysis
