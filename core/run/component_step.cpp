// A step that is one component: a pass or a runner, on the nodes that `where` selects, once or once per node.
#include "log/log.h"
#include "mase/execute.h"
#include "mase/pass.h"
#include "mase/runner.h"
#include "mase/text.h"
#include "run/lineage.h"
#include "run/steps.h"

namespace mase {
namespace {

struct Call {
  const Step& step;
  const ComponentInfo& info;
  State& state;
  const Level& level;
  StepRecord& record;
};

void add_metrics(const Call& call, const Map& figures, const std::vector<std::string>& names, std::string_view node) {
  for (const std::string& name : names) {
    const Value* v = figures.find(name);
    if (!v) continue;
    const std::string figure = node.empty() ? name : format("{}.{}", node, name);
    call.record.metrics.set(metric_name(call.step.named, call.step.name, figure), *v);
  }
}

std::vector<std::string> names_of(const std::vector<MetricInfo>& metrics) {
  std::vector<std::string> names;
  for (const MetricInfo& m : metrics) names.push_back(m.name);
  return names;
}

void add_report(const Call& call, Map report, std::string_view node) {
  if (node.empty()) {
    for (Entry& e : report) call.record.report[e.key] = std::move(e.value);
  } else if (!report.empty()) {
    call.record.report.set(std::string(node), std::move(report));
  }
}

void run_pass(const Call& call, StepContext& context, const Chosen& chosen, std::string_view node) {
  const auto pass = call.level.session.registry.create<Pass>(chosen);
  std::vector<std::string> names;
  guard(call.info.name, call.step.name, [&] {
    pass->run(*call.state.graph, context);
    names = names_of(pass->metrics());
  });
  Map report = context.take_report();
  add_metrics(call, report, names, node);
  add_report(call, std::move(report), node);
}

void run_runner(const Call& call, StepContext& context, const Chosen* chosen, std::string_view node) {
  CachedRunner fresh;
  const CachedRunner* runner = &fresh;
  if (chosen)
    fresh.component = call.level.session.registry.create<Runner>(*chosen);
  else
    runner = &call.level.cache->at(&call.step);
  auto& running = static_cast<Runner&>(*runner->component);
  Map figures;
  guard(call.info.name, call.step.name, [&] {
    figures = running.run(*call.state.graph, context);
    if (chosen) fresh.metrics = names_of(running.metrics());
  });
  add_metrics(call, figures, runner->metrics, node);
  if (call.level.keep_lineage) {  // a trial's log has the metrics alone
    add_report(call, std::move(figures), node);
    add_report(call, context.take_report(), node);
  }
}

void run_once(const Call& call, std::vector<Node*> nodes, bool given, std::string_view node, uint64_t seed) {
  const bool cached = call.level.cache && call.level.cache->count(&call.step);
  const Chosen chosen = cached ? Chosen() : resolve_component(call.step, call.level, node);
  StepContext context(call.level, call.state, call.step.name, seed);
  context.select(std::move(nodes), given);
  if (call.info.kind == Pass::kKind)
    run_pass(call, context, chosen, node);
  else
    run_runner(call, context, cached ? nullptr : &chosen, node);
}

// Once per node. Nodes are found again by name, since the pass may change the graph between two of them.
void run_each(const Call& call, const std::vector<std::string>& names, uint64_t seed) {
  for (const std::string& name : names) {
    Node* node = call.state.graph->find(name);
    if (!node) throw Error(format("node '{}' is gone before its turn in 'each: node'", name), call.step.loc);
    run_once(call, {node}, true, name, derived_seed(seed, name));
  }
}

}  // namespace

void run_component(const Step& step, State& state, const Level& level, StepRecord& record) {
  Registry& registry = level.session.registry;
  const ComponentInfo& info = registry.at(step.component, step.component_loc);
  if (info.kind != Pass::kKind && info.kind != Runner::kKind)
    throw Error(format("'{}' is of kind {}, a step needs a pass or a runner", info.name, info.kind),
                step.component_loc);
  if (!state.graph && info.kind == Runner::kKind)
    throw Error(format("step '{}' needs a model, but the recipe has none", step.name), step.loc,
                "add model: {use: ...}");
  if (!state.graph) state.graph = std::make_unique<Graph>();

  record.where = resolve_where(step, level);
  std::vector<Node*> nodes = nodes_of(step, *state.graph, record.where);
  record.nodes = static_cast<int64_t>(nodes.size());
  if (nodes.empty() && step.where.present) {
    if (!level.in_trial) log::info(format("{}: no node is selected, skipped", step.name));
    return;
  }
  const Call call{step, info, state, level, record};
  const uint64_t seed = step_seed(step, level);
  std::vector<std::string> names;
  if (step.each_node) {
    for (const Node* n : nodes) names.push_back(n->name);
    run_each(call, names, seed);
  } else {
    run_once(call, std::move(nodes), step.where.present, {}, seed);
  }
  if (info.kind != Pass::kKind) return;
  settle(*state.graph, registry);
  if (level.keep_lineage) record.lineage = repeat_component(step, level, record.where, names);
}

}  // namespace mase
