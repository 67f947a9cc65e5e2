// Steps that make something fresh: a model, or a data set.
#include <ATen/core/Tensor.h>

#include "mase/execute.h"
#include "mase/model.h"
#include "mase/text.h"
#include "run/lineage.h"
#include "run/steps.h"

namespace mase {
void make_model(const Step& step, State& state, const Level& level, StepRecord& record) {
  Registry& registry = level.session.registry;
  const Chosen chosen = resolve_component(step, level);
  const uint64_t seed = step_seed(step, level);
  const auto model = registry.create<Model>(chosen);
  StepContext context(level, state, step.name, seed);
  std::unique_ptr<Graph> graph;
  guard(chosen.name(), step.name, [&] { graph = std::make_unique<Graph>(model->build(context)); });
  try {
    graph->check();
    graph->detach_tensors();
    if (state.data) infer_shapes(*graph, registry, state.data->sample());
    derive(*graph, registry);
  } catch (const Error& e) {
    throw Error(format("{}: {}", chosen.name(), e.message()), e.loc() ? e.loc() : step.component_loc, e.hint());
  }
  state.graph = std::move(graph);
  record.nodes = static_cast<int64_t>(state.graph->nodes().size());
  record.report = context.take_report();
  if (level.keep_lineage) record.lineage.push_back(repeat_made(step, level));
}

void open_data(const Step& step, State& state, const Level& level, StepRecord& record) {
  const Chosen chosen = resolve_component(step, level);
  const uint64_t seed = step_seed(step, level);
  std::shared_ptr<OpenData>& data = level.session.opened[format("{} {}", seed, chosen.key())];
  if (!data) {
    const auto dataset = level.session.registry.create<Dataset>(chosen);
    StepContext context(level, state, step.name, seed);
    guard(chosen.name(), step.name, [&] {
      dataset->open(context);
      data = std::make_shared<OpenData>(dataset, chosen.name());
    });
  }
  state.data = data;
  record.report.set("samples", data->sizes());
  if (level.keep_lineage) record.lineage.push_back(repeat_made(step, level));
}

}  // namespace mase
