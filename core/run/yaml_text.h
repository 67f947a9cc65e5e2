// Values as YAML that a person can read: the first levels as blocks, the rest in flow style.
#pragma once
#include "mase/value.h"

namespace mase {

// A recipe as text. Strings that would be taken for references are escaped; values that came from the environment are
// written as the references in `environment` (value, "${env:NAME}").
std::string yaml_text(const Map& recipe, const std::vector<std::pair<std::string, std::string>>& environment = {});

}  // namespace mase
