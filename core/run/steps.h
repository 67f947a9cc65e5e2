// Steps: executes a list of a recipe's steps on a state, in order.
#pragma once
#include "run/context.h"
#include "run/session.h"

namespace mase {

// Runs all steps; throws Error with the step named, or Cancelled. What was finished stands in `record`.
void run_steps(const std::vector<Step>& steps, State& state, const Level& level, LevelRecord& record);
void run_step(const Step& step, State& state, const Level& level, LevelRecord& record);

// One kind of step each. `record` holds use and name already.
void run_component(const Step& step, State& state, const Level& level, StepRecord& record);
void make_model(const Step& step, State& state, const Level& level, StepRecord& record);
void open_data(const Step& step, State& state, const Level& level, StepRecord& record);
void run_sweep(const Step& step, State& state, const Level& level, StepRecord& record);
void run_search(const Step& step, State& state, const Level& level, StepRecord& record);  // core/search

// The prefix of the names of parameters in a step: "quant.quantize/" or, for one node of `each`, "quant.quantize/fc1/".
std::string parameter_path(const Step& step, const Level& level, std::string_view node = {});
// The component's configuration with everything replaced by values.
Chosen resolve_component(const Step& step, const Level& level, std::string_view node = {});
// `where` with everything replaced by values; null when the step has none.
Value resolve_where(const Step& step, const Level& level);
// The nodes that a step works on, or that `each: node` takes one by one.
std::vector<Node*> nodes_of(const Step& step, const Graph& graph, const Value& where);
// Where the steps of a recipe used as a step stand; `scope` is scope_of() that recipe.
Level inside_recipe(const Step& step, const Level& level, const Scope& scope);
bool is_wanted(const Step& step, const Level& level);  // `when`
bool is_null(const Template& t);
// What to say when the data have more classes than the model has outputs; "" otherwise, and when the data are larger.
std::string classes_note(const State& state, size_t most_bytes);

// Makes a graph fit to go on with after somebody else's code had it: consistent, detached, precisions derived.
void settle(Graph& graph, Registry& registry);

}  // namespace mase
