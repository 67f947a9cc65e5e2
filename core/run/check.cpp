// check: form first, then model and data, then what can be seen only with the graph at hand.
#include "run/check.h"

#include <algorithm>
#include <cstdio>

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

void build(Checked& checked, Session& session) {
  const Level level = checked.level(session);
  if (checked.recipe.data) run_step(*checked.recipe.data, checked.state, level, checked.record);
  if (checked.recipe.model) run_step(*checked.recipe.model, checked.state, level, checked.record);
}

}  // namespace

Level Checked::level(Session& session) const {
  Level level{session};
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
  checked->scope = scope_of(checked->recipe);
  for (Error& e : check_components(checked->recipe, session.registry)) checked->problems.push_back(std::move(e));
  if (!checked->problems.empty()) return checked;
  try {
    checked->seed = seed_of(checked->recipe, checked->scope);
    build(*checked, session);
    check_with_graph(*checked, session);
  } catch (const Error& e) {
    checked->problems.push_back(e);
  }
  return checked;
}

void print_problems(Problems problems) {
  for (const Error& e : problems) std::fprintf(stderr, "%s\n", e.what());
}

}  // namespace mase
