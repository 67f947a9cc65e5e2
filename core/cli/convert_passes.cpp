// mase convert: the tables of passes, those that select nodes by type, name or regular expression among them.
#include "cli/convert.h"
#include "mase/text.h"

namespace mase::cli {
namespace {

const Map* config_of(const Value& v) {
  const Value* config = v.is_map() ? v.as_map().find("config") : nullptr;
  return config && config->is_map() ? &config->as_map() : nullptr;
}

bool names_nothing(const Map& config) {
  const Value* name = config.find("name");
  return name && is_absent(*name);
}

}  // namespace

void Converter::passes(const Map& tables) {
  NameList names;
  for (const Entry& e : section("passes")) names.add(e.key);
  for (const Entry& e : tables) {
    const std::string path = "passes." + e.key;
    if (section("ignored").find(path)) continue;
    if (const Value* why = section("refused").find(path)) {
      leave(path, why->as_string(), e.key_loc);
      continue;
    }
    const Map* entry = known("passes", e.key);
    if (!entry || !e.value.is_map()) {
      leave_unknown("passes.", e, names);
    } else if (is_installed(*entry, path, e.key_loc)) {
      entry->find("config") ? selecting_pass(e.key, *entry, e.value.as_map())
                            : plain_pass(e.key, *entry, e.value.as_map());
    }
  }
}

void Converter::plain_pass(const std::string& name, const Map& entry, const Map& table) {
  const Value* fields = entry.find("fields");
  Map with;
  for (const Entry& e : table) {
    const Value* field = fields ? fields->as_map().find(e.key) : nullptr;
    if (field && !is_absent(e.value))
      with.set(field->as_string(), e.value);
    else if (!field && !is_absent(e.value))
      leave(format("passes.{}.{}", name, e.key), format("{} has no such field", entry.at("use").as_string()),
            e.key_loc);
  }
  Map step{{"use", entry.at("use")}};
  if (!with.empty()) step.set("with", std::move(with));
  steps_.push_back(std::move(step));
}

// Which nodes a key means; default: all.
Map Converter::where(const std::string& by, const std::string& key) const {
  if (key == "default") return {};
  return {{by == "name" ? "name" : by == "regex_name" ? "regex" : "op", key}};
}

// `by`, `default.config` and `<key>.config`: one step for each, the default first, so that the others override it.
void Converter::selecting_pass(const std::string& name, const Map& entry, const Map& table) {
  const Value* by = table.find("by");
  const std::string selects = by && by->is_string() ? by->as_string() : "type";
  if (selects != "type" && selects != "name" && selects != "regex_name")
    return leave(format("passes.{}.by", name), format("is '{}', expected type, name or regex_name", selects), by->loc);
  const std::string& field = entry.at("config").as_string();
  bool has_default = false;
  const auto add = [&](const std::string& key, const Map& config) {
    const bool is_default = key == "default", untouched = names_nothing(config);
    if (untouched && (is_default || !has_default)) return;
    Map step{{"use", entry.at("use")}};
    if (!is_default) step.set("where", where(selects, key)), step.set("if_missing", "skip");
    step.set("with", untouched ? entry.at("untouched") : Value(Map{{field, config}}));
    steps_.push_back(std::move(step));
    has_default = has_default || is_default, quantizes_ = true;
  };
  if (const Value* v = table.find("default"))
    if (const Map* config = config_of(*v)) add("default", *config);
  for (const Entry& e : table) {
    if (e.key == "default" || e.key == "by" || section("ignored").find("passes." + name + "." + e.key)) continue;
    if (const Map* config = config_of(e.value))
      add(e.key, *config);
    else
      leave(format("passes.{}.{}", name, e.key), "is neither `by` nor a table with a config", e.key_loc);
  }
}

}  // namespace mase::cli
