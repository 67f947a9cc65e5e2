// Lineage: streams hang on a step's `seed` alone, so an explicit one makes a step repeatable under any name.
#include "run/lineage.h"

#include <filesystem>
#include <set>

#include "mase/pass.h"
#include "mase/runner.h"
#include "mase/text.h"
#include "run/files.h"
#include "run/run_record.h"
#include "run/steps.h"
#include "run/yaml_text.h"

namespace mase {
namespace fs = std::filesystem;
namespace {

// Relative paths would lead elsewhere from another recipe's folder.
Value with_absolute_paths(const Value& v, const fs::path& folder) {
  if (v.is_string()) {
    const std::string& text = v.as_string();
    if (text.find_first_of("/.") == text.npos || fs::path(text).is_absolute()) return v;
    const fs::path place = folder / text;
    return exists(place.string()) ? Value(fs::absolute(place).lexically_normal().string()) : v;
  }
  if (v.is_list()) {
    List list;
    for (const Value& item : v.as_list()) list.push_back(with_absolute_paths(item, folder));
    return list;
  }
  if (!v.is_map()) return v;
  Map map;
  for (const Entry& e : v.as_map()) map.set(e.key, with_absolute_paths(e.value, folder));
  return map;
}

Map with_of(const Chosen& chosen, const Level& level) {
  return with_absolute_paths(chosen.with(), fs::path(level.recipe_file).parent_path()).as_map();
}

Value component(const Step& step, const Level& level, const Value& where, bool each, std::string_view node,
                uint64_t seed) {
  const Map with = with_of(resolve_component(step, level, node), level);
  Map repeat{{"use", step.component}};
  if (step.named) repeat.set("name", step.name);
  if (!where.is_null()) repeat.set("where", where);
  if (each) repeat.set("each", "node");
  if (step.skip_if_missing) repeat.set("if_missing", "skip");
  if (!with.empty()) repeat.set("with", with);
  repeat.set("seed", seed);
  return repeat;
}

bool has_metrics(const Value& step, const Level& level) {
  const Value& name = step.as_map().at("use");
  Map chosen{{"use", name}};
  if (const Value* with = step.as_map().find("with")) chosen.set("with", *with);
  Registry& registry = level.session.registry;
  if (registry.at(name.as_string()).kind != Pass::kKind) return true;
  return !std::static_pointer_cast<Pass>(registry.create(Pass::kKind, Chosen::from(chosen)))->metrics().empty();
}

std::string free_name(const std::string& wanted, std::set<std::string>& taken) {
  std::string name = wanted;
  for (int i = 2; !taken.insert(name).second; ++i) name = format("{}_{}", wanted, i);
  return name;
}

// Steps of several levels come to stand at one, where names and metrics must differ: the last ones, those of the trial,
// keep theirs.
void set_apart(List& steps, const Level& level) {
  std::set<std::string> taken, unnamed;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    Map& map = step->as_map();
    const Value* use = map.find("use");
    if (!use) continue;
    const std::string component = use->as_string();
    if (const Value* name = map.find("name"))
      map.set("name", free_name(name->as_string(), taken));
    else if (!unnamed.insert(component).second && has_metrics(*step, level))
      map.set("name", free_name(component.substr(component.rfind('.') + 1), taken));
  }
}

}  // namespace

List repeat_component(const Step& step, const Level& level, const Value& where, const std::vector<std::string>& nodes) {
  if (level.session.registry.at(step.component).kind != Pass::kKind) return {};
  const uint64_t seed = step_seed(step, level);
  if (!step.each_node) return {component(step, level, where, false, {}, seed)};
  if (!level.assignment) return {component(step, level, where, true, {}, seed)};
  List list;  // domains may have given each node its own choice
  for (const std::string& node : nodes)
    list.push_back(component(step, level, Map{{"name", node}}, false, node, derived_seed(seed, node)));
  return list;
}

Value repeat_made(const Step& step, const Level& level) {
  const Map with = with_of(resolve_component(step, level), level);
  Map made{{"use", step.component}};
  if (!with.empty()) made.set("with", with);
  made.set("seed", step_seed(step, level));
  return Map{{step.kind == Step::Kind::model ? "model" : "data", std::move(made)}};
}

Value repeat_evaluation(const Step& step, const Level& level) {
  const ComponentInfo& info = level.session.registry.at(step.component);
  Value value = component(step, level, resolve_where(step, level), false, {}, step_seed(step, level));
  Map& repeat = value.as_map();
  if (!info.fields || !info.fields->find("split")) return value;
  if (!repeat.find("with")) repeat.set("with", Map());
  Value& split = repeat["with"].as_map()["split"];
  if (split.is_null() || (split.is_string() && split.as_string().empty())) split = Value("validation");
  return value;
}

std::string recipe_text(const Level& level, const List& steps, const std::string& comment) {
  const Recipe& recipe = *level.session.recipe;
  List all;
  for (const LevelRecord* record : level.past)
    for (const StepRecord& s : record->steps) all.insert(all.end(), s.lineage.begin(), s.lineage.end());
  all.insert(all.end(), steps.begin(), steps.end());
  set_apart(all, level);

  Map text{{"mase", 1}, {"name", recipe.name + "-best"}, {"seed", level.session.seed}};
  Map plugins;
  for (const auto& [name, version] : recipe.plugins) plugins.set(name, version);
  if (!plugins.empty()) text.set("plugins", std::move(plugins));
  List rest;
  for (Value& step : all) {  // the first model and data set have places of their own
    const std::string& key = step.as_map().begin()->key;
    if ((key == "model" || key == "data") && !text.find(key) && rest.empty())
      text.set(key, step.as_map().begin()->value);
    else
      rest.push_back(std::move(step));
  }
  text.set("steps", std::move(rest));
  return "# " + comment + "\n" + yaml_text(text, environment_of(recipe));
}

}  // namespace mase
