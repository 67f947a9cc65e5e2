// check: everything that can be said against a recipe without building its model.
#pragma once
#include "loader/registry.h"
#include "read.h"

namespace mase {

// Components and their fields, references, domains, selections' form, metrics and limits, plugins: every
// problem, in the order of their places. Works on whatever read_recipe() understood, so that both lists can
// be told together. Nothing is constructed but runners, passes and samplers whose fields are in order, to ask
// what they report.
Problems check_recipe_form(const Recipe& recipe, Registry& registry);

// The problems of reading and of checking in one list: what could not be read is not said again for being no good.
void add_checked(Problems& problems, Problems of_checking);

// Both at once; throws RecipeErrors with all problems of reading and checking.
Recipe read_and_check(const std::string& file, const std::vector<std::pair<std::string, std::string>>& sets,
                      Registry& registry);

}  // namespace mase
