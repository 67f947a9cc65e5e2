// Version requirements of recipes: ">=0.2", "==1.0", ">=0.2, <1".
#pragma once
#include <string>

namespace mase {

// Whether `version` ("1.2.3") meets every part of `requirement`; a bare version means at least that one.
// Error for what is no requirement.
bool version_fits(const std::string& version, const std::string& requirement);

}  // namespace mase
