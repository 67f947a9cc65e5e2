// The checker's two entrances.
#include "check.h"

#include "checker.h"

namespace mase {

Problems check_recipe_form(const Recipe& recipe, Registry& registry) {
  Problems problems;
  try {
    Checker(registry, problems).recipe(recipe);
  } catch (const TooMuch& e) {
    problems.push_back(e.error);
  }
  sort_problems(problems, recipe.file);
  return problems;
}

Recipe read_and_check(const std::string& file, const std::vector<std::pair<std::string, std::string>>& sets,
                      Registry& registry) {
  Problems problems;
  Recipe recipe = read_recipe(file, sets, problems);
  for (Error& e : check_recipe_form(recipe, registry)) problems.push_back(std::move(e));
  sort_problems(problems, file);
  if (!problems.empty()) throw RecipeErrors(std::move(problems));
  return recipe;
}

}  // namespace mase
