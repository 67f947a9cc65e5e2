// Control steps: search and sweep.
#include <algorithm>

#include "mase/text.h"
#include "reader.h"

namespace mase {

void Reader::control_step(Step& step, const Value& v, const std::string& key) {
  step.control = std::make_shared<Control>();
  const Map* map = this->map(v, key);
  if (!map) return;
  common(step, *map);
  Control& control = *step.control;
  control.loc = v.loc;
  if (const Value* inner = map->find("steps")) {
    control.steps = steps(*inner, "steps");
  } else {
    problem(format("'steps' is missing in '{}'", key), v.loc);
  }
  control.pick = tree(map->find("pick"));
  if (key == "search") {
    search(control, *map, v.loc);
  } else {
    sweep(control, *map, v.loc);
  }
}

void Reader::sweep(Control& control, const Map& map, const Loc& loc) {
  known_keys(map, {"name", "when", "seed", "over", "repeats", "steps", "pick"}, "a sweep");
  control.over = tree(map.find("over"));
  control.repeats = tree(map.find("repeats"));
  if (!map.find("over") && !map.find("repeats")) problem("a sweep needs 'over' or 'repeats'", loc);
}

void Reader::sampler(Control& control, const Value& v) {
  control.sampler_choice = tree(v);
  if (control.sampler_choice.kind == Template::Kind::reference) return;
  if (v.is_string()) {
    control.sampler = v.as_string();
    return;
  }
  const Map* map = this->map(v, "sampler");
  if (!map) return;
  known_keys(*map, {"use", "with"}, "'sampler'");
  const Value* use = map->find("use");
  if (!use) return problem("'use' is missing in 'sampler'", v.loc);
  if (use->is_string() && use->as_string().substr(0, 1) != "$") control.sampler = use->as_string();
  control.sampler_with = tree(map->find("with"));
}

void Reader::evaluate(Control& control, const Value& v) {
  const List* list = this->list(v, "evaluate");
  if (!list) return;
  for (const Value& item : *list) {
    Step step;
    step.loc = item.loc;
    if (item.is_string()) {
      component(step, item);
      step.with.loc = item.loc;
    } else if (const Map* map = this->map(item, "evaluate")) {
      known_keys(*map, {"use", "where", "with", "name", "seed"}, "a runner of 'evaluate'");
      if (!map->find("use")) {
        problem("'use' is missing in a runner of 'evaluate'", item.loc);
        continue;
      }
      use_step(step, *map);
      if (step.kind == Step::Kind::recipe) problem("a recipe is no runner", step.component_loc);
    }
    step.kind = Step::Kind::use;
    control.evaluate.push_back(std::move(step));
  }
  name_steps(control.evaluate, problems());
}

std::vector<std::pair<std::string, Loc>> Reader::expressions(const Value* v, const std::string& name) {
  std::vector<std::pair<std::string, Loc>> found;
  if (!v || v->is_null()) return found;
  if (v->is_string()) return {{v->as_string(), v->loc}};
  if (const List* list = this->list(*v, name))
    for (const Value& item : *list)
      if (const std::string* text = this->text(item, name)) found.push_back({*text, item.loc});
  return found;
}

void Reader::goals(Control& control, const Map& map, const Loc& loc) {
  control.score = tree(map.find("score"));
  control.objectives = tree(map.find("objectives"));
  const Value* score = map.find("score");
  const Value* objectives = map.find("objectives");
  if (score && objectives) {
    problem("'objectives' beside 'score': a search has exactly one of them", objectives->loc);
  } else if (!score && !objectives) {
    problem("a search needs 'score' (one number) or 'objectives' (a front)", loc);
  }
  for (const Value* goal : {score, objectives}) {
    if (!goal) continue;
    const char* name = goal == score ? "score" : "objectives";
    if (!goal->is_map() || goal->as_map().empty())
      problem(format("'{}' is {}, expected a map of metrics", name, goal->brief()), goal->loc,
              goal == score ? "score: {accuracy: 1.0}" : "objectives: {accuracy: maximize}");
  }
  const Value* relative = map.find("relative_to");
  if (!relative || relative->is_null()) return;
  control.relative_to_start = relative->is_string() && relative->as_string() == "start";
  if (!control.relative_to_start)
    problem(format("'relative_to' is {}, expected 'start'", relative->brief()), relative->loc);
  if (!score) problem("'relative_to' belongs to a 'score'", relative->loc);
}

void Reader::search(Control& control, const Map& map, const Loc& loc) {
  known_keys(
      map,
      {"name", "when", "seed", "sampler", "trials", "timeout", "space", "steps", "evaluate", "score", "relative_to",
       "objectives", "require", "constraints", "stop_early", "allow_test_in_search", "storage", "start_from", "pick"},
      "a search");
  for (const Entry& e : map)
    if (e.key == "stop_early" || e.key == "storage" || e.key == "start_from")
      problem(format("this version of mase has no '{}'", e.key), e.key_loc);
  if (const Value* v = map.find("sampler")) {
    sampler(control, *v);
  } else {
    problem("'sampler' is missing in 'search'", loc, "mase list sampler");
  }
  control.trials = tree(map.find("trials"));
  control.timeout = tree(map.find("timeout"));
  if (const Value* v = map.find("space"); v && !v->is_null() && this->map(*v, "space")) control.space = tree(*v);
  if (const Value* v = map.find("evaluate")) evaluate(control, *v);
  goals(control, map, loc);
  control.require = expressions(map.find("require"), "require");
  control.constraints = expressions(map.find("constraints"), "constraints");
  if (const Value* v = map.find("allow_test_in_search"))
    control.allow_test_in_search = boolean(*v, "allow_test_in_search");
}

}  // namespace mase
