// Reading a recipe: the top level, --set, and files.
#include <algorithm>
#include <fstream>
#include <iterator>

#include "mase/text.h"
#include "read.h"
#include "reader.h"
#include "scope.h"
#include "source.h"
#include "yaml.h"

namespace mase {

namespace fs = std::filesystem;

namespace {

constexpr int64_t kLanguage = 1;

std::string stem(const std::string& file) { return fs::path(file).stem().string(); }

std::optional<int64_t> integer(const Value* v) {
  if (!v || !v->is_int()) return std::nullopt;
  return v->as_int();
}

}  // namespace

void Reader::header(Recipe& recipe, const Map& map) {
  const Value* version = map.find("mase");
  if (!version) {
    problem("'mase: 1' is missing: the version of the language", recipe.loc);
  } else if (integer(version) != kLanguage) {
    problem(format("'mase' is {}, expected {}: the version of the language", version->brief(), kLanguage),
            version->loc);
  }
  recipe.name = stem(recipe.file);
  if (const Value* name = map.find("name"))
    if (const std::string* text = this->text(*name, "name")) {
      recipe.name = *text;
      const bool plain = !text->empty() && text->find_first_of("/\\") == std::string::npos && (*text)[0] != '.' &&
                         text->find_first_of("\n\t$") == std::string::npos;
      if (!plain) problem(format("'name' is {}; it becomes a folder's name", name->brief()), name->loc);
    }
  recipe.seed = tree(map.find("seed"));
}

void Reader::params(Recipe& recipe, const Value& v) {
  if (v.is_null()) return;
  const Map* map = this->map(v, "params");
  if (!map) return;
  for (const Entry& e : *map) {
    if (!is_name(e.key))
      problem(format("'{}' cannot be the name of a param", e.key), e.key_loc,
              "letters, digits and '_', no digit first");
    recipe.params.push_back({e.key, e.key_loc, tree(e.value)});
  }
}

void Reader::apply_sets(Recipe& recipe, const Sets& sets) {
  for (const auto& [name, text] : sets) {
    const std::string place = "--set " + name + "=" + text;
    const Loc loc{Loc::intern(place), 1, 1};
    const auto param =
        std::find_if(recipe.params.begin(), recipe.params.end(), [&](const auto& p) { return p.key == name; });
    if (param == recipe.params.end()) {
      std::string known;
      NameList names;
      for (const auto& p : recipe.params) names.add(p.key), known += (known.empty() ? "params are: " : ", ") + p.key;
      problem(format("no param '{}'", name) + did_you_mean(name, names), loc,
              known.empty() ? "the recipe has no 'params'" : known);
      continue;
    }
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
      problem(format("no value behind '{}='", name), loc, "an empty text is '\"\"', nothing at all is null");
      continue;
    }
    const auto value = read_yaml(text, place, problems());
    if (!value) continue;
    param->value = tree(*value);
    param->value.loc = value->loc;
  }
}

void Reader::plugins(Recipe& recipe, const Value& v) {
  const Map* map = this->map(v, "plugins");
  if (!map) return;
  for (const Entry& e : *map)
    if (const std::string* requirement = text(e.value, e.key)) {
      recipe.plugins.push_back({e.key, *requirement});
      recipe.plugin_locs.push_back(e.value.loc);
    }
}

Recipe Reader::recipe(const std::string& text, const std::string& file, const Sets& sets) {
  Recipe recipe;
  recipe.file = file;
  recipe.text = text;
  recipe.loc = recipe.steps_loc = {Loc::intern(file), 1, 1};
  const auto root = read_yaml(text, file, problems());
  if (!root) return recipe;
  recipe.loc = recipe.steps_loc = root->loc;
  if (!root->is_map()) {
    problem(format("found {}, expected a recipe: a map with 'mase', 'model', 'steps'", root->brief()), root->loc);
    return recipe;
  }
  const Map& map = root->as_map();
  known_keys(map, {"mase", "name", "seed", "params", "plugins", "model", "data", "steps"}, "a recipe");
  header(recipe, map);
  if (const Value* v = map.find("params")) params(recipe, *v);
  apply_sets(recipe, sets);
  if (const Value* v = map.find("plugins")) plugins(recipe, *v);
  for (const char* key : {"model", "data"}) {
    const Value* v = map.find(key);
    if (!v) continue;
    Step& part = (key == std::string_view("model") ? recipe.model : recipe.data).emplace();
    part.kind = key == std::string_view("model") ? Step::Kind::model : Step::Kind::data;
    part.loc = v->loc;
    part_step(part, *v, key);
    if (!part.named) part.name = part.component;
  }
  if (const Value* v = map.find("steps")) {
    recipe.steps_loc = v->loc;
    recipe.steps = steps(*v, "steps");
  } else {
    problem("'steps' is missing: what the recipe does", recipe.loc);
  }
  return recipe;
}

std::optional<std::string> read_recipe_text(const fs::path& path, std::string& why) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  if (!fs::exists(status)) {
    why = "no such file";
  } else if (fs::is_directory(status)) {
    why = "it is a folder";
  } else if (!fs::is_regular_file(status)) {
    why = "it is no regular file";
  } else {
    std::ifstream in(path, std::ios::binary);
    std::string text(kLargestRecipe + 4, '\0');  // one more than allowed tells that there is too much
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<size_t>(in.gcount()));
    if (!in.bad() && (in.is_open())) return text;
    why = "it cannot be read";
  }
  return std::nullopt;
}

void sort_problems(Problems& problems, std::string_view first_file) {
  const auto key = [&](const Error& e) {
    return std::tuple(e.loc().file != first_file, e.loc().file, e.loc().line, e.loc().column);
  };
  std::stable_sort(problems.begin(), problems.end(), [&](const Error& a, const Error& b) { return key(a) < key(b); });
  const auto same = [](const Error& a, const Error& b) { return std::string_view(a.what()) == b.what(); };
  problems.erase(std::unique(problems.begin(), problems.end(), same), problems.end());
  constexpr size_t kMost = 500;
  if (problems.size() <= kMost) return;
  Error rest(format("{} more problems", problems.size() - kMost), problems[kMost].loc());
  problems.resize(kMost, rest);
  problems.push_back(std::move(rest));
}

Recipe parse_recipe(const std::string& text, const std::string& file, const Sets& sets, Problems& problems) {
  std::error_code ignored;
  Reader reader(problems, {fs::weakly_canonical(file, ignored)});
  return reader.recipe(text, file, sets);
}

Recipe read_recipe(const std::string& file, const Sets& sets, Problems& problems) {
  std::string why;
  const auto text = read_recipe_text(file, why);
  if (!text) {
    problems.emplace_back("cannot read the recipe '" + file + "': " + why);
    return {};
  }
  return parse_recipe(*text, file, sets, problems);
}

Recipe parse_recipe(const std::string& text, const std::string& file, const Sets& sets) {
  Problems problems;
  Recipe recipe = parse_recipe(text, file, sets, problems);
  sort_problems(problems, file);
  if (!problems.empty()) throw RecipeErrors(std::move(problems));
  return recipe;
}

Recipe read_recipe(const std::string& file, const Sets& sets) {
  Problems problems;
  Recipe recipe = read_recipe(file, sets, problems);
  sort_problems(problems, file);
  if (!problems.empty()) throw RecipeErrors(std::move(problems));
  return recipe;
}

}  // namespace mase
