// The one place where fmt's formatting is compiled.
#define FMT_HEADER_ONLY
#include "mase/text.h"

#include <fmt/format.h>

namespace mase {

std::string vformat(fmt::string_view text, fmt::format_args args) { return fmt::vformat(text, args); }

}  // namespace mase
