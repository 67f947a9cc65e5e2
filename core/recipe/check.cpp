// The checker's two entrances.
#include "check.h"

#include <algorithm>

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

void add_checked(Problems& problems, Problems of_checking) {
  const size_t read = problems.size();
  for (Error& e : of_checking) {
    const auto same = [&](const Error& other) {
      return e.loc() && other.loc().file == e.loc().file && other.loc().line == e.loc().line &&
             other.loc().column == e.loc().column;
    };
    if (std::none_of(problems.begin(), problems.begin() + static_cast<std::ptrdiff_t>(read), same))
      problems.push_back(std::move(e));
  }
}

Recipe read_and_check(const std::string& file, const std::vector<std::pair<std::string, std::string>>& sets,
                      Registry& registry) {
  Problems problems;
  Recipe recipe = read_recipe(file, sets, problems);
  add_checked(problems, check_recipe_form(recipe, registry));
  sort_problems(problems, file);
  if (!problems.empty()) throw RecipeErrors(std::move(problems));
  return recipe;
}

}  // namespace mase
