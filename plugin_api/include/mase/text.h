// Formatted text: fmt's syntax, checked at compile time; the formatting itself is compiled once, in libfmt.
#pragma once
#include <fmt/core.h>

#include <string>

namespace mase {

template <class... Args>
std::string format(fmt::format_string<Args...> text, Args&&... args) {
  return fmt::vformat(text, fmt::make_format_args(args...));
}

}  // namespace mase
