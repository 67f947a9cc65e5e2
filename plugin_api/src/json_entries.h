// The entries of a large JSON map one by one: the whole of it would take many times the memory of its text.
#pragma once
#include <functional>
#include <string_view>

#include "mase/value.h"

namespace mase {

// Calls `take` for each entry of the outermost map as it has been read. Anything but a map, and a key that comes twice,
// is an Error that names the file.
void parse_json_entries(std::string_view text, std::string_view file,
                        const std::function<void(const std::string& key, const Value& value)>& take);

}  // namespace mase
