// check: form first, then model and data, then what can be seen only with the graph at hand.
#include "run/check.h"

#include <algorithm>
#include <cstdio>

#include "log/print.h"
#include "mase/text.h"
#include "recipe/check.h"
#include "recipe/read.h"
#include "run/check_graph.h"
#include "run/steps.h"

namespace mase {
namespace {

uint64_t seed_of(const Recipe& recipe, const Scope& scope) {
  const Value v = is_null(recipe.seed) ? Value() : resolve(recipe.seed, scope);
  return v.is_null() ? 0 : static_cast<uint64_t>(v.as_int());
}

constexpr size_t kQuicklyRead = size_t{64} << 20;  // bytes of a split; a run looks at larger ones, too

void build(Checked& checked, Session& session) {
  const Level level = checked.level(session);
  if (checked.recipe.data) run_step(*checked.recipe.data, checked.state, level, checked.record);
  if (checked.recipe.model) run_step(*checked.recipe.model, checked.state, level, checked.record);
}

}  // namespace

Level Checked::level(Session& session) const {
  Level level(session);
  level.scope = &scope;
  level.seed = seed;
  level.folder = session.run_dir;
  level.recipe_file = recipe.file;
  level.top = true;
  level.past = {&record};
  return level;
}

std::unique_ptr<Checked> check(Session& session, const RunOptions& options) {
  auto checked = std::make_unique<Checked>();
  checked->recipe = read_recipe(options.recipe, options.sets, checked->problems);
  add_checked(checked->problems, check_recipe_form(checked->recipe, session.registry));
  sort_problems(checked->problems, options.recipe);
  checked->scope = scope_of(checked->recipe);
  if (!checked->problems.empty()) return checked;
  try {
    checked->seed = seed_of(checked->recipe, checked->scope);
    session.recipe = &checked->recipe, session.seed = checked->seed;
    build(*checked, session);
    check_with_graph(*checked, session);
    if (const std::string note = classes_note(checked->state, kQuicklyRead); !note.empty())
      checked->notes.push_back("note: " + note);
  } catch (const Error& e) {
    checked->problems.push_back(e);
  }
  sort_problems(checked->problems, options.recipe);
  return checked;
}

namespace {

std::string plan_text(const Map& plan) {
  std::string text = plan.at("step").as_string() + ":";
  const char* separator = " ";
  for (const Entry& e : plan) {
    if (e.key == "step") continue;
    const std::string things = e.key == "space" ? "point" : e.key.substr(0, e.key.size() - 1);
    text += separator + std::string(e.key == "space" ? "a space of " : "") +
            (e.value.is_int() ? counted(e.value.as_int(), things) : e.value.as_string());
    separator = e.key == "rows" ? " x " : ", ";
  }
  return text;
}

Value problem_value(const Error& e) {
  return Map{{"file", e.loc().file},
             {"line", e.loc().line},
             {"column", e.loc().column},
             {"message", e.message()},
             {"hint", e.hint()}};
}

int report(const Checked& checked, const RunOptions& options, const Problems& problems) {
  if (options.json) {
    List list, notes;
    for (const Error& e : problems) list.push_back(problem_value(e));
    for (const std::string& n : checked.notes) notes.push_back(n);
    const Value all = Map{{"recipe", options.recipe},
                          {"ok", problems.empty()},
                          {"problems", list},
                          {"plan", checked.plan},
                          {"notes", notes}};
    print(all.json(2) + "\n");
    return problems.empty() ? 0 : 2;
  }
  print_problems(problems);
  if (!problems.empty()) return 2;
  std::string text;
  for (const Value& plan : checked.plan) text += plan_text(plan.as_map()) + "\n";
  for (const std::string& note : checked.notes) text += note + "\n";
  print(text + format("{}: no problems\n", options.recipe));
  return 0;
}

}  // namespace

int check_recipe(Registry& registry, const RunOptions& options) {
  Session session(registry);
  for (const auto& [name, value] : options.sets) session.set_values.insert(value);
  try {
    const auto checked = check(session, options);
    return report(*checked, options, checked->problems);
  } catch (const RecipeErrors& e) {
    return report(Checked(), options, e.problems);
  } catch (const Error& e) {
    return report(Checked(), options, {e});
  }
}

void print_problems(const Problems& problems) {
  for (const Error& e : problems) std::fprintf(stderr, "%s\n", e.what());
}

}  // namespace mase
