// Files of data: found relative to the recipe, plain or gzip, read without trusting what they claim.
#pragma once
#include <string>

#include "mase/context.h"

namespace data {

// The path of a regular, readable file, or an Error at the place where the recipe names it.
std::string find_file(mase::Context& context, const mase::Path& path);

// All bytes of a file; gzip is recognised by its content. Memory grows with what is there, never with a
// claim.
std::string read_all(const std::string& file);

[[noreturn]] void bad_file(const std::string& file, const std::string& why, const std::string& hint = {});

}  // namespace data
