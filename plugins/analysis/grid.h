// A text table with lines between rows, whose cells may have several lines.
#pragma once
#include <string>
#include <vector>

namespace mase::analysis {

std::string grid(const std::vector<std::vector<std::string>>& rows);  // the first row is the header

}  // namespace mase::analysis
