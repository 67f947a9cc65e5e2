// Steps: use, recipes as steps, model and data.
#include <algorithm>

#include "mase/text.h"
#include "read.h"
#include "reader.h"

namespace mase {

namespace fs = std::filesystem;

namespace {

constexpr size_t kDeepestChain = 20, kMostFiles = 500;

bool is_kind(const std::string& key) {
  return key == "use" || key == "search" || key == "sweep" || key == "model" || key == "data";
}

bool is_recipe_file(const std::string& name) {
  const std::string end = fs::path(name).extension().string();
  return end == ".yaml" || end == ".yml" || end == ".json";
}

}  // namespace

std::vector<Step> Reader::steps(const Value& v, const std::string& name) {
  std::vector<Step> steps;
  const List* list = this->list(v, name);
  if (!list) return steps;
  if (list->empty()) problem(format("'{}' is empty", name), v.loc);
  for (const Value& item : *list)
    if (auto step = this->step(item)) steps.push_back(std::move(*step));
  name_steps(steps, problems());
  return steps;
}

// The key that says what kind of step this is.
const Entry* Reader::step_kind(const Value& v) {
  const Map& map = v.as_map();
  std::vector<const Entry*> kinds;
  for (const Entry& e : map)
    if (is_kind(e.key)) kinds.push_back(&e);
  if (kinds.empty()) {
    problem("a step has one of 'use', 'search', 'sweep', 'model' and 'data'", v.loc);
    known_keys(map, {"use", "where", "each", "with", "name", "when", "seed", "if_missing"}, "a step");
    return nullptr;
  }
  if (kinds.size() > 1)
    problem(format("'{}' beside '{}': a step has one of 'use', 'search', 'sweep', 'model' and 'data'", kinds[1]->key,
                   kinds[0]->key),
            kinds[1]->key_loc, "begin a new step with '-'");
  return kinds[0];
}

std::optional<Step> Reader::step(const Value& v) {
  if (!v.is_map()) {
    problem(format("found {}, expected a step", v.brief()), v.loc,
            v.is_string() ? "write {use: " + v.as_string() + "}" : "");
    return std::nullopt;
  }
  const Map& map = v.as_map();
  const Entry* kind = step_kind(v);
  if (!kind) return std::nullopt;
  Step step;
  step.loc = v.loc;
  if (kind->key == "use") {
    use_step(step, map);
    return step;
  }
  for (const Entry& e : map)
    if (!is_kind(e.key))
      problem(format("unknown key '{}' beside '{}'", e.key, kind->key), e.key_loc,
              format("it belongs inside '{}'", kind->key));
  if (kind->key == "model" || kind->key == "data") {
    step.kind = kind->key == "model" ? Step::Kind::model : Step::Kind::data;
    part_step(step, kind->value, kind->key);
  } else {
    step.kind = kind->key == "search" ? Step::Kind::search : Step::Kind::sweep;
    control_step(step, kind->value, kind->key);
  }
  return step;
}

void Reader::common(Step& step, const Map& map) {
  if (const Value* v = map.find("name"); v && !v->is_null())
    if (const std::string* name = text(*v, "name")) {
      step.name = *name;
      step.named = true;
      step.name_loc = v->loc;
    }
  step.when = tree(map.find("when"));
  step.seed = tree(map.find("seed"));
}

void Reader::component(Step& step, const Value& use) {
  step.component_loc = use.loc;
  const std::string* name = text(use, "use");
  if (!name) return;
  if (name->substr(0, 1) == "$")
    problem(format("'use' is {}, expected the name of a component", use.brief()), use.loc,
            "a reference cannot stand here");
  step.component = *name;
}

void Reader::with(Step& step, const Value* v) {
  if (!v || v->is_null()) {
    step.with.loc = step.component_loc;
    return;
  }
  step.with = tree(*v);
  if (step.with.kind != Template::Kind::map && step.with.kind != Template::Kind::reference &&
      step.with.kind != Template::Kind::domain) {
    problem(format("'with' is {}, expected a map of fields", v->brief()), v->loc);
    step.with = Template();
  }
}

void Reader::where(Step& step, const Value& v) {
  step.where.raw = tree(v);
  step.where.present = step.where.raw.kind == Template::Kind::reference || map(v, "where");
}

void Reader::use_step(Step& step, const Map& map) {
  known_keys(map,
             {"use", "search", "sweep", "model", "data", "where", "each", "with", "name", "when", "seed", "if_missing"},
             "a step");
  common(step, map);
  component(step, map.at("use"));
  with(step, map.find("with"));
  if (const Value* v = map.find("where")) where(step, *v);
  if (const Value* v = map.find("each")) {
    step.each_node = v->is_string() && v->as_string() == "node";
    if (!step.each_node && !v->is_null()) problem(format("'each' is {}, expected 'node'", v->brief()), v->loc);
  }
  if (const Value* v = map.find("if_missing")) {
    step.skip_if_missing = v->is_string() && v->as_string() == "skip";
    const bool error = v->is_string() && v->as_string() == "error";
    if (!step.skip_if_missing && !error)
      problem(format("'if_missing' is {}, expected 'skip' or 'error'", v->brief()), v->loc);
  }
  if (!is_recipe_file(step.component)) return;
  step.kind = Step::Kind::recipe;
  for (const Entry& e : map)
    if (e.key == "where" || e.key == "each" || e.key == "if_missing")
      problem(format("'{}' beside a recipe", e.key), e.key_loc, "it belongs to the steps inside");
  included(step);
}

void Reader::part_step(Step& step, const Value& v, const std::string& key) {
  if (v.is_string()) {
    component(step, v);
    step.with.loc = v.loc;
    return;
  }
  const Map* map = this->map(v, key);
  if (!map) return;
  known_keys(*map, {"use", "with", "name", "when", "seed"}, "'" + key + "'");
  common(step, *map);
  if (const Value* use = map->find("use")) {
    component(step, *use);
  } else {
    problem(format("'use' is missing in '{}'", key), v.loc);
  }
  with(step, map->find("with"));
}

// Reads the other recipe and lets `with` take the place of its params.
void Reader::included(Step& step) {
  const fs::path file = chain_.back().parent_path() / step.component;
  std::error_code ignored;
  const fs::path canonical = fs::weakly_canonical(file, ignored);
  if (const auto again = std::find(chain_.begin(), chain_.end(), canonical); again != chain_.end()) {
    std::string chain;
    for (auto it = again; it != chain_.end(); ++it) chain += it->filename().string() + " -> ";
    problem(format("the recipe '{}' includes itself: {}{}", step.component, chain, canonical.filename().string()),
            step.component_loc);
    return;
  }
  if (++*files_ > kMostFiles) return problem(format("more than {} recipes as steps", kMostFiles), step.component_loc);
  if (chain_.size() >= kDeepestChain)
    return problem(format("recipes inside recipes more than {} deep", kDeepestChain), step.component_loc);
  std::string why;
  const auto text = read_recipe_text(canonical, why);
  if (!text)
    return problem(format("cannot read the recipe '{}': {}", step.component, why), step.component_loc,
                   "paths are relative to the recipe that names them");
  auto chain = chain_;
  chain.push_back(canonical);
  const std::string shown = (fs::path(step.loc.file).parent_path() / step.component).lexically_normal().string();
  step.recipe = std::make_shared<Recipe>(Reader(problems(), chain, files_).recipe(*text, shown, {}));
  bind(step);
}

void Reader::bind(Step& step) {
  auto& params = step.recipe->params;
  if (step.with.kind == Template::Kind::reference || step.with.kind == Template::Kind::domain)
    return problem("'with' of a recipe is a map of its params", step.with.loc);
  for (const Template::Entry& e : step.with.entries) {
    const auto param = std::find_if(params.begin(), params.end(), [&](const auto& p) { return p.key == e.key; });
    if (param == params.end()) {
      std::string known;
      NameList names;
      for (const auto& p : params) names.add(p.key), known += (known.empty() ? "its params are: " : ", ") + p.key;
      const std::string near = problems().size() > 200 ? "" : did_you_mean(e.key, names);
      problem(format("unknown param '{}' of {}{}", e.key, step.component, near), e.key_loc, near.empty() ? known : "");
    } else {
      param->value = e.value;
      std::rotate(params.begin() + static_cast<std::ptrdiff_t>(step.recipe->bound), param, param + 1);
      ++step.recipe->bound;
    }
  }
}

}  // namespace mase
