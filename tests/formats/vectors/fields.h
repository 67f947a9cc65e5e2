// From a manifest's parameters to a component with its own fields, looked up in its schema.
#pragma once
#include <memory>
#include <string>

#include "loader/registry.h"
#include "mase/format.h"

namespace vectors {

struct Made {
  std::shared_ptr<mase::Format> format;
  std::string text;  // the component with its fields, for messages
};

// `params` by the manifest's names. Null and absent are the same; a parameter that switches something off may be
// unknown to the component, any other one that it has no field for is an Error.
Made make_format(mase::Registry& registry, const std::string& component, const mase::Map& params);

std::string our_rounding(std::string name);  // half_even -> nearest_even

}  // namespace vectors
