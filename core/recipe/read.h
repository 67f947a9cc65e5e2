// Reading with the problems beside the result, so that a checker can go on with what was understood.
#pragma once
#include <filesystem>

#include "recipe.h"

namespace mase {

Recipe read_recipe(const std::string& file, const std::vector<std::pair<std::string, std::string>>& sets,
                   Problems& problems);
Recipe parse_recipe(const std::string& text, const std::string& file,
                    const std::vector<std::pair<std::string, std::string>>& sets, Problems& problems);

// The bytes of a recipe file, no more of them than a recipe may have, or why there are none.
std::optional<std::string> read_recipe_text(const std::filesystem::path& path, std::string& why);

// By file (the recipe's own first), line and column; what was said twice is said once.
void sort_problems(Problems& problems, std::string_view first_file);

}  // namespace mase
