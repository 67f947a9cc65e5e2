// Steps: dispatch by kind, recipes as steps, and what is recorded of each.
#include "run/steps.h"

#include <chrono>
#include <filesystem>

#include "mase/execute.h"
#include "mase/text.h"
#include "run/change.h"
#include "run/files.h"
#include "run/interrupt.h"
#include "run/select.h"

namespace mase {

bool is_null(const Template& t) { return t.kind == Template::Kind::scalar && t.scalar.is_null(); }

std::string parameter_path(const Step& step, const Level& level, std::string_view node) {
  std::string path = level.parameters + step.name + "/";
  if (!node.empty()) path.append(node).append("/");
  return path;
}

Value resolve_where(const Step& step, const Level& level) {
  if (!step.where.present) return {};
  return resolve(step.where.raw, *level.scope, level.assignment, parameter_path(step, level) + "where");
}

Chosen resolve_component(const Step& step, const Level& level, std::string_view node) {
  if (level.prepared)
    for (const Prepared& p : *level.prepared)
      if (p.step == &step && p.node == node) return p.chosen;
  Value with = resolve(step.with, *level.scope, level.assignment, parameter_path(step, level, node));
  return Chosen(step.component, with.is_null() ? Map() : std::move(with.as_map()), step.component_loc);
}

bool is_wanted(const Step& step, const Level& level) {
  if (is_null(step.when)) return true;
  return resolve(step.when, *level.scope, level.assignment, parameter_path(step, level) + "when").as_bool();
}

void settle(Graph& graph, Registry& registry) {
  graph.check();
  graph.detach_tensors();
  derive(graph, registry);
}

Level inside_recipe(const Step& step, const Level& level, const Scope& scope) {
  Level inner = level;
  inner.scope = &scope;
  inner.parameters = parameter_path(step, level);
  inner.seed = step_seed(step, level);
  inner.folder = (std::filesystem::path(level.folder) / folder_name(step.name)).string();
  inner.recipe_file = step.recipe->file;
  inner.top = false;
  return inner;
}

std::vector<Node*> nodes_of(const Step& step, const Graph& graph, const Value& where) {
  std::vector<Node*> nodes = select_nodes(graph, where, step.skip_if_missing);
  if (step.each_node && !step.where.present)  // what has no operator has nothing to choose
    std::erase_if(nodes, [](const Node* n) { return !n->op; });
  return nodes;
}

namespace {

const char* kind_name(Step::Kind kind) { return kind == Step::Kind::search ? "search" : "sweep"; }

// Runs the steps of a recipe as a step: its params are names of their own, its streams hang on this step's.
void run_recipe_step(const Step& step, State& state, const Level& level, StepRecord& record) {
  const Scope scope = scope_of(*step.recipe, level.scope);
  const Level inner = inside_recipe(step, level, scope);
  LevelRecord steps;
  run_steps(step.recipe->steps, state, inner, steps);
  List list;
  for (StepRecord& s : steps.steps) {
    list.push_back(s.value());
    for (Value& l : s.lineage) record.lineage.push_back(std::move(l));
  }
  record.report.set("steps", std::move(list));
  for (const Entry& e : steps.metrics) record.metrics.set(metric_name(step.named, step.name, e.key), e.value);
}

void run_kind(const Step& step, State& state, const Level& level, StepRecord& record) {
  switch (step.kind) {
    case Step::Kind::use:
      return run_component(step, state, level, record);
    case Step::Kind::recipe:
      return run_recipe_step(step, state, level, record);
    case Step::Kind::search:
      return run_search(step, state, level, record);
    case Step::Kind::sweep:
      return run_sweep(step, state, level, record);
    case Step::Kind::model:
      return make_model(step, state, level, record);
    case Step::Kind::data:
      return open_data(step, state, level, record);
  }
}

// A named step keeps the graph as it was after it.
void keep_model(const Step& step, const State& state, const Level& level) {
  if (!step.named || !state.graph || level.in_trial || level.folder.empty()) return;
  const std::string folder = (std::filesystem::path(level.folder) / folder_name(step.name)).string();
  make_folder(folder);
  save(*state.graph, folder + "/model.tmp");
  replace_folder(folder + "/model.tmp", folder + "/model");
}

}  // namespace

void run_step(const Step& step, State& state, const Level& level, LevelRecord& record) {
  if (interrupted()) throw Cancelled();
  if (!is_wanted(step, level)) return;
  const auto start = std::chrono::steady_clock::now();
  StepRecord made;
  made.use = step.control ? kind_name(step.kind) : step.component;
  made.name = step.name;
  std::optional<ChangeDetector> change;
  if (level.keep_lineage) change.emplace(state.graph.get());
  try {
    if (step.kind == Step::Kind::use) {
      run_component(step, state, level, made);
    } else {
      Level here = level;
      here.past.push_back(&record);
      run_kind(step, state, here, made);
    }
  } catch (const Failure& e) {
    if (e.loc()) throw;
    throw Failure(e.message(), step.loc, e.hint());
  } catch (const Error& e) {
    if (e.loc()) throw;
    throw Error(e.message(), step.loc, e.hint());  // a place near the cause is better than none
  }
  // What left the graph as it was need not be repeated by whoever wants this graph again.
  made.changed = !level.keep_lineage || !state.graph || change->changed(*state.graph);
  if (step.kind == Step::Kind::use && !made.changed) made.lineage.clear();
  made.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  record.add(std::move(made));
  keep_model(step, state, level);
}

void run_steps(const std::vector<Step>& steps, State& state, const Level& level, LevelRecord& record) {
  for (const Step& step : steps) run_step(step, state, level, record);
}

}  // namespace mase
