// mase convert: the keys outside of tables - model, data, training - and the order of the steps.
#include "cli/convert.h"
#include "mase/text.h"

namespace mase::cli {

const Map& Converter::section(const char* name) const {
  static const Map none;
  const Value* v = names_.find(name);
  return v ? v->as_map() : none;
}

const Map* Converter::known(const char* section_name, const std::string& name) const {
  const Value* v = section(section_name).find(name);
  return v ? &v->as_map() : nullptr;
}

void Converter::leave(const std::string& what, const std::string& why, Loc loc, const std::string& hint) {
  left_.emplace_back(format("{}: {}", what, why), loc, hint);
}

void Converter::leave_unknown(const std::string& path, const Entry& e, const NameList& candidates) {
  leave(path + e.key, "is not known" + did_you_mean(e.key, candidates), e.key_loc);
}

// A name in the tables whose plugin may be missing.
bool Converter::is_installed(const Map& entry, const std::string& what, Loc loc) {
  const std::string& name = entry.at("use").as_string();
  if (registry_.find(name)) return true;
  leave(what, format("would be {}, which is not installed", name), loc, "mase list shows what there is");
  return false;
}

bool Converter::is_ignored(const std::string& key, const Value& v) const {
  return section("ignored").find(key) || is_absent(v);
}

// `model = "..."` or `dataset = "..."`.
void Converter::component(const char* section_name, const char* what, const Value& v, Map& recipe) {
  const std::string& name = v.as_string();
  const Map* entry = known(section_name, name);
  if (!entry) {
    NameList names;
    for (const Entry& e : section(section_name)) names.add(e.key);
    return leave(format("{} '{}'", what, name), "has no counterpart" + did_you_mean(name, names), v.loc,
                 "mase list model, mase list dataset");
  }
  if (!is_installed(*entry, format("{} '{}'", what, name), v.loc)) return;
  Map made{{"use", entry->at("use")}};
  if (const Value* with = entry->find("with")) made.set("with", *with);
  if (const Value* params = entry->find("params"))
    for (const Entry& p : params->as_map()) params_.set(p.key, p.value);
  if (const Value* note = entry->find("note")) leave(format("{} '{}'", what, name), note->as_string(), v.loc);
  recipe.set(std::string(what) == "model" ? "model" : "data", std::move(made));
}

void Converter::top(const Entry& e, Map& recipe) {
  if (e.key == "model") return component("models", "model", e.value, recipe);
  if (e.key == "dataset") return component("datasets", "dataset", e.value, recipe);
  if (e.key == "project" || e.key == "seed") return;  // taken already
  if (e.key == "passes" && e.value.is_map()) return passes(e.value.as_map());
  if (e.key == "search" && e.value.is_map()) return search(e.value.as_map());
  const Value* fields = section("training").find("fields");
  NameList known{std::vector<std::string>{"model", "dataset", "project", "seed", "passes", "search"}};
  if (fields) {
    if (const Value* field = fields->as_map().find(e.key)) {
      const bool is_off = is_absent(e.value) || (e.value.is_int() && e.value.as_int() < 0);  // max_steps = -1
      if (!is_off) training_.set(field->as_string(), e.value, e.key_loc);
      return;
    }
    for (const Entry& f : fields->as_map()) known.add(f.key);
  }
  if (is_ignored(e.key, e.value)) return;
  if (const Value* why = section("refused").find(e.key)) return leave(e.key, why->as_string(), e.key_loc);
  for (const Entry& i : section("ignored")) known.add(i.key);
  leave_unknown("", e, known);
}

Map Converter::recipe(const Map& config, const std::string& name) {
  Map recipe{{"mase", 1}, {"name", name}};
  if (const Value* project = config.find("project"); project && project->is_string()) {
    std::string text = project->as_string();
    for (char& c : text)
      if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
    if (!text.empty() && std::isalpha(static_cast<unsigned char>(text[0]))) recipe.set("name", text);
  }
  const Value* seed = config.find("seed");
  recipe.set("seed", seed && seed->is_int() ? *seed : Value(0));
  for (const Entry& e : config) top(e, recipe);
  if (!recipe.find("model")) leave("model", "the configuration names none, and a recipe needs one", {});

  const Map* accuracy = known("metrics", "accuracy");
  const auto measure = [&](List& steps, const char* as) {
    if (accuracy && recipe.find("data")) steps.push_back(Map{{"use", accuracy->at("use")}, {"name", as}});
  };
  List steps;
  if (!training_.empty() && section("training").find("use")) {
    steps.push_back(Map{{"use", section("training").at("use")}, {"name", "training"}, {"with", training_}});
    measure(steps, "float");
  }
  for (Value& v : before_) steps.push_back(std::move(v));
  for (Value& v : steps_) steps.push_back(std::move(v));
  if (quantizes_) measure(steps, "quantized");
  if (!params_.empty()) recipe.set("params", params_);
  recipe.set("steps", std::move(steps));
  return recipe;
}

}  // namespace mase::cli
