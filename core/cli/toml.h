// TOML as values, in the order and with the places in which they were written.
#pragma once
#include "mase/value.h"

namespace mase::cli {

// Throws Error at the place of what is no TOML, or when there is no such file.
Map read_toml(const std::string& file);

}  // namespace mase::cli
