// A registry of components that do nothing, for tests of recipes: the host itself knows no component by name.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "loader/registry.h"
#include "recipe/check.h"

namespace mase {

Registry& fake_registry();

// What is wrong with the text as read_recipe and check_recipe_form say it, in order: "12:5: message (hint)".
std::vector<std::string> problems_of(const std::string& text,
                                     const std::vector<std::pair<std::string, std::string>>& sets = {});

// A recipe of a model, data and these steps, which begin in line 4.
std::string with_steps(const std::string& steps);

}  // namespace mase
