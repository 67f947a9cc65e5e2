// Inputs: what was read while the recipe was checked is known; what the steps will read is looked for among the
// strings of their fields, since they open it only when they run.
#include "run/inputs.h"

#include <filesystem>

#include "mase/text.h"
#include "recipe/scope.h"

namespace mase {
namespace fs = std::filesystem;
namespace {

fs::path real(const std::string& path) {
  std::error_code failed;
  fs::path found = fs::weakly_canonical(fs::absolute(path, failed), failed);
  if (!found.has_filename()) found = found.parent_path();  // "folder/" is "folder"
  return found;
}

bool inside(const fs::path& path, const fs::path& place) {
  auto at = path.begin();
  for (const fs::path& part : place)
    if (at == path.end() || *at++ != part) return false;
  return true;
}

class Inputs {
 public:
  Inputs(const Session& session, const std::vector<std::string>& places) : session_(session) {
    for (const std::string& place : places) places_.push_back(real(place));
  }

  void recipe(const Recipe& r, const Scope& scope, const Loc& loc) {
    // recipe.yaml of the folder is written anew with the same text.
    if (real(r.file) != real(session_.run_dir + "/recipe.yaml")) check(r.file, "this run", loc);
    for (const std::optional<Step>* made : {&r.model, &r.data})
      if (*made) step(**made, scope, r.file);
    steps(r.steps, scope, r.file);
  }

  void check(const std::string& path, const std::string& reader, const Loc& loc) const {
    const fs::path found = real(path);
    bool doomed = found == real(session_.run_dir);
    for (const fs::path& place : places_) doomed = doomed || inside(found, place);
    std::error_code failed;
    if (!doomed || !fs::exists(found, failed)) return;
    throw Error(format("{} reads {}, which an earlier run has left in {}: it would be removed before it is read",
                       reader, path, session_.run_dir),
                loc, "choose another folder with --out");
  }

 private:
  void steps(const std::vector<Step>& all, const Scope& scope, const std::string& file) {
    for (const Step& s : all) step(s, scope, file);
  }

  void step(const Step& s, const Scope& scope, const std::string& file) {
    if (s.recipe) return recipe(*s.recipe, scope_of(*s.recipe, &scope), s.component_loc);
    if (!s.control) return value(s.with, {&scope}, s, file);
    value(s.control->over, {&scope}, s, file);
    value(s.control->sampler_choice, {&scope}, s, file);
    value(s.control->pick, {&scope}, s, file);
    const Scope space = scope_of_space(*s.control, &scope);
    steps(s.control->steps, space, file);
    steps(s.control->evaluate, space, file);
  }

  void value(const Template& t, View view, const Step& s, const std::string& file) {
    switch (t.kind) {
      case Template::Kind::scalar:
        return t.scalar.is_string() ? text(t.scalar.as_string(), s, t.loc, file) : void();
      case Template::Kind::text:
        return computed(t, view, s, file);
      case Template::Kind::reference:
        if (const auto found = find_name(view, t.name)) value(*found->value, found->view, s, file);
        return;  // a sweep's variable is looked at where the sweep gives its values
      case Template::Kind::list:
        for (const Template& item : t.items) value(item, view, s, file);
        return;
      case Template::Kind::map:
        for (const Template::Entry& e : t.entries) value(e.value, view, s, file);
        return;
      case Template::Kind::domain:
        for (const Template& option : t.domain->options) value(option, view, s, file);
        return value(t.domain->options_from, view, s, file);
    }
  }

  void computed(const Template& t, View view, const Step& s, const std::string& file) {
    std::string whole;
    try {
      const Value v = resolve_in(t, view);
      if (v.is_string()) whole = v.as_string();
    } catch (const Error&) {
      return;  // it hangs on a variable that has no value yet
    }
    text(whole, s, t.loc, file);
  }

  // A word alone is hardly a file: `from: widths` names a step, whose folder has that name, too.
  void text(const std::string& given, const Step& s, const Loc& loc, const std::string& file) {
    const std::string path = input_path(session_, file, given);
    if (given.find_first_of("/.") != given.npos || session_.paths_read.count(path))
      check(path, format("step '{}'", s.name), loc);
  }

  const Session& session_;
  std::vector<fs::path> places_;
};

}  // namespace

std::string input_path(const Session& session, const std::string& recipe_file, std::string_view given) {
  const fs::path path(given);
  if (path.is_absolute() || session.set_values.count(std::string(given))) return path.string();
  return (fs::path(recipe_file).parent_path() / path).lexically_normal().string();
}

void check_inputs(const Checked& checked, const Session& session, const std::vector<std::string>& places) {
  if (places.empty()) return;
  Inputs inputs(session, places);
  inputs.recipe(checked.recipe, checked.scope, {});
  for (const auto& [path, step] : session.paths_read) inputs.check(path, format("step '{}'", step), {});
}

}  // namespace mase
