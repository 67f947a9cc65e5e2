// Small made-up files in the places of the data that the shipped recipes name.
#pragma once
#include <string>
#include <vector>

namespace mase {

void write_stand_in_data(const std::string& folder);  // <folder>/jsc, <folder>/mnist

}  // namespace mase
