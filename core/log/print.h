// The one way in which commands print to stdout, and how numbers of things are worded.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace mase {

// To stdout; std::runtime_error when it is closed or full.
void print(std::string_view text);

// "1 row", "3 rows"
std::string counted(int64_t count, std::string_view what);
inline std::string counted(size_t count, std::string_view what) { return counted(static_cast<int64_t>(count), what); }

}  // namespace mase
