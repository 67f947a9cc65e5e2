// mase convert: the search section - its space becomes domains, its strategy a sampler, its metrics a goal.
#include "cli/convert.h"
#include "mase/text.h"

namespace mase::cli {
namespace {

const Map* table_at(const Map& map, std::string_view key) {
  const Value* v = map.find(key);
  return v && v->is_map() ? &v->as_map() : nullptr;
}

std::string text_at(const Map& map, std::string_view key, std::string absent) {
  const Value* v = map.find(key);
  return v && v->is_string() ? v->as_string() : std::move(absent);
}

}  // namespace

// A configuration whose values are lists of choices: lists of one are no choice.
Value Converter::choices(const Map& config, const std::string& path) {
  Map made;
  for (const Entry& e : config) {
    if (!e.value.is_list()) {
      made.set(e.key, e.value);
      continue;
    }
    const List& options = e.value.as_list();
    if (options.empty()) {
      leave(path + "." + e.key, "has no choices", e.key_loc);
    } else if (options.size() == 1) {
      made.set(e.key, options[0]);
    } else {
      made.set(e.key, Map{{"$choice", e.value}});
    }
  }
  return made;
}

// `<tensor>_<field>`, or a key of all formats, for a name of the space's formats.
bool Converter::belongs(const std::string& key, const Map& kind, const List& fields) {
  const auto among = [](std::string_view text, const Value* list) {
    for (const Value& v : list ? list->as_list() : List())
      if (v.as_string() == text) return true;
    return false;
  };
  if (among(key, kind.find("common"))) return true;
  for (const Value& tensor : kind.at("tensors").as_list()) {
    const std::string start = tensor.as_string() + "_";
    for (const Value& field : fields)
      if (key == start + field.as_string()) return true;
  }
  return false;
}

// Several names are a choice among configurations, each with the keys that its format has.
Value Converter::named_choices(const Map& config, const Map& kind, const std::string& path) {
  const Value* names = config.find("name");
  const Value* formats = kind.find("formats");
  if (!names || !names->is_list() || names->as_list().size() < 2 || !formats) return choices(config, path);
  List options;
  for (const Value& name : names->as_list()) {
    const Value* fields = name.is_string() ? formats->as_map().find(name.as_string()) : nullptr;
    if (!fields && !is_absent(name)) {
      leave(path + ".name", format("{} is no name of a format with fields", name.json()), name.loc);
      continue;
    }
    const Value called = is_absent(name) ? Value("NA") : name;
    Map own{{"label", called}, {"name", called}};
    for (const Entry& e : config)
      if (fields && e.key != "name" && belongs(e.key, kind, fields->as_list())) own.set(e.key, e.value, e.key_loc);
    options.push_back(choices(own, path));
  }
  if (options.size() == 1) {
    options[0].as_map().erase("label");
    return options[0];
  }
  return Map{{"$choice", std::move(options)}};
}

List Converter::space_steps(const Map& space) {
  List steps;
  const std::string name = text_at(space, "name", "");
  const Map* kind = known("search_spaces", name);
  const Map* pass = kind ? known("passes", kind->at("pass").as_string()) : nullptr;
  const Map* seed = table_at(space, "seed");
  if (!pass || !seed) {
    const Value* v = space.find("name");
    leave("search.search_space", pass ? "has no seed" : format("'{}' has no counterpart", name), v ? v->loc : Loc());
    return steps;
  }
  const Map* setup = table_at(space, "setup");
  const std::string by = setup ? text_at(*setup, "by", "name") : "name";
  const std::string& field = pass->at("config").as_string();
  const auto add = [&](const Entry& e) {
    const Map* config = e.value.is_map() ? table_at(e.value.as_map(), "config") : nullptr;
    const std::string path = "search.search_space.seed." + e.key;
    if (!config) return leave(path, "has no config", e.key_loc);
    const Value made = named_choices(*config, *kind, path);
    const Value* called = made.as_map().find("name");
    if (called && called->is_string() && called->as_string() == "NA") return;  // stays as it is
    Map step{{"use", pass->at("use")}};
    if (e.key != "default") step.set("where", where(by, e.key)), step.set("if_missing", "skip");
    step.set("each", "node");
    step.set("with", Map{{field, made}});
    steps.push_back(std::move(step));
  };
  for (const bool is_default : {true, false})
    for (const Entry& e : *seed)
      if ((e.key == "default") == is_default) add(e);
  return steps;
}

// Fields that MASE gives to the runner of a metric.
Map Converter::runner_fields(const Map& strategy, const std::string& metric) {
  Map with;
  for (const Entry& runner : section("runners")) {
    const Map& entry = runner.value.as_map();
    bool computes = false;
    for (const Value& m : entry.at("metrics").as_list()) computes = computes || m.as_string() == metric;
    for (const char* group : {"sw_runner", "hw_runner"}) {
      const Map* runners = table_at(strategy, group);
      const Map* settings = runners && computes ? table_at(*runners, runner.key) : nullptr;
      if (!settings) continue;
      for (const Entry& e : entry.at("fields").as_map())
        if (const Value* v = settings->find(e.key)) with.set(e.value.as_string(), *v);
    }
  }
  return with;
}

void Converter::goal(const Map& strategy, bool sum, bool maximize, Map& search) {
  const Map* metrics = table_at(strategy, "metrics");
  if (!metrics) return leave("search.strategy.metrics", "is missing, so that nothing says what is better", {});
  List evaluate;
  Map score, objectives;
  for (const Entry& e : *metrics) {
    const Map* entry = known("metrics", e.key);
    const std::string path = "search.strategy.metrics." + e.key;
    if (!entry || !e.value.is_map()) {
      leave(path, "no runner computes it", e.key_loc, "mase list metrics");
      continue;
    }
    if (!is_installed(*entry, path, e.key_loc)) continue;
    const Value* scale = e.value.as_map().find("scale");
    const double factor = scale && scale->is_number() ? scale->as_double() : 1;
    score.set(e.key, maximize ? factor : -factor);
    objectives.set(e.key, text_at(e.value.as_map(), "direction", "maximize"));
    Map with = runner_fields(strategy, e.key);
    evaluate.push_back(with.empty() ? entry->at("use")
                                    : Value(Map{{"use", entry->at("use")}, {"with", std::move(with)}}));
  }
  search.set("evaluate", std::move(evaluate));
  sum ? search.set("score", std::move(score)) : search.set("objectives", std::move(objectives));
}

void Converter::setup(const Map& strategy, Map& search) {
  const Map none;
  const Map* found = table_at(strategy, "setup");
  const Map& setup = found ? *found : none;
  const std::string name = text_at(setup, "sampler", "random");
  const Value* v = setup.find("sampler");
  const Map* sampler = known("samplers", name);
  const auto installed = [&](const Map* entry) { return entry && registry_.find(entry->at("use").as_string()); };
  if (!installed(sampler)) {  // a search needs a sampler
    const Map* other = known("samplers", "random");
    std::string why = sampler ? format("would be {}, which is not installed", sampler->at("use").as_string())
                              : std::string("has no counterpart");
    if (installed(other)) why += format("; {} stands in its place", other->at("use").as_string());
    leave(format("sampler '{}'", name), why, v ? v->loc : Loc(), "mase list sampler");
    sampler = other;
  }
  if (installed(sampler)) search.set("sampler", Map{{"use", sampler->at("use")}});
  if (const Value* trials = setup.find("n_trials")) search.set("trials", *trials);
  if (const Value* timeout = setup.find("timeout")) search.set("timeout", *timeout);
  for (const Entry& e : setup)
    if (e.key != "sampler" && e.key != "n_trials" && e.key != "timeout" && e.key != "sum_scaled_metrics" &&
        e.key != "direction" && !section("ignored").find("search.strategy.setup." + e.key))
      leave("search.strategy.setup." + e.key, "is not known", e.key_loc);
  const Value* sum = setup.find("sum_scaled_metrics");
  goal(strategy, !sum || !sum->is_bool() || sum->as_bool(), text_at(setup, "direction", "maximize") == "maximize",
       search);
}

// MASE searches from the trained network, not from what the passes made of it: the search goes first and hands on
// nothing.
void Converter::search(const Map& table) {
  const Map *space = table_at(table, "search_space"), *strategy = table_at(table, "strategy");
  if (!space || !strategy) return leave("search", "needs search_space and strategy", {});
  if (const std::string name = text_at(*strategy, "name", "optuna"); name != "optuna")
    return leave("search.strategy", format("'{}' has no counterpart", name), strategy->find("name")->loc,
                 "mase list sampler");
  List steps = space_steps(*space);
  if (steps.empty()) return leave("search", "there is nothing to choose", {});
  Map search{{"name", "search"}};
  setup(*strategy, search);
  search.set("steps", std::move(steps));
  search.set("pick", "none");
  before_.push_back(Map{{"search", std::move(search)}});
}

}  // namespace mase::cli
