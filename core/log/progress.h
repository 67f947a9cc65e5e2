// The arithmetic of a progress line, apart from where it is written.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace mase::log {

// "formats  120/200  60%  41.2/s  2 s left"
std::string progress_text(std::string_view what, int64_t done, int64_t total, double seconds);

// "45 s", "3 min 20 s", "2 h 5 min"
std::string duration_text(double seconds);

}  // namespace mase::log
