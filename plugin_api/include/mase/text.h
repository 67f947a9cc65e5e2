// Formatted text: fmt's syntax, checked at compile time, with the work done once in libmase_api.
// The fmt headers are those that LibTorch brings, so that a plugin and the host cannot disagree about them.
#pragma once
#include <fmt/base.h>

#include <string>

namespace mase {

std::string vformat(fmt::string_view text, fmt::format_args args);

template <class... Args>
std::string format(fmt::format_string<Args...> text, const Args&... args) {
  return vformat(text.str, fmt::make_format_args(args...));
}

}  // namespace mase
