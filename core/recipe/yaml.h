// The strict YAML reader: text to Values with exact places, or every reason why not.
#pragma once
#include <optional>
#include <string_view>

#include "mase/schema.h"

namespace mase {

// The one document of `text` in YAML 1.2's core schema. Problems are added as they are found; nothing is
// returned when the text could not be read to its end. `file` is what places are called.
std::optional<Value> read_yaml(std::string_view text, std::string_view file, Problems& problems);

// A plain (unquoted) scalar's value: null, bool, integer, float or string. False when it is a number that
// does not fit.
bool plain_scalar(const std::string& text, Value& value);

}  // namespace mase
