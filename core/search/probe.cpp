// Probe: walks the steps as a trial would, but runs nothing except `model:` and `data:` steps.
#include "search/probe.h"

#include "run/rows.h"
#include "run/steps.h"

namespace mase {
namespace {

class Walk {
 public:
  Walk(const State& start) : start_(start) {}
  NodesByStep nodes;

  void steps(const std::vector<Step>& steps, const Level& level) {
    for (const Step& s : steps) step(s, level);
  }

 private:
  const Graph* graph() const { return own_.graph ? own_.graph.get() : start_.graph.get(); }

  void step(const Step& s, const Level& level) {
    if (s.kind == Step::Kind::model || s.kind == Step::Kind::data) {
      if (!own_.data) own_.data = start_.data;
      StepRecord ignored;
      s.kind == Step::Kind::model ? make_model(s, own_, level, ignored) : open_data(s, own_, level, ignored);
    } else if (s.kind == Step::Kind::recipe) {
      const Scope scope = scope_of(*s.recipe, level.scope);
      steps(s.recipe->steps, inside_recipe(s, level, scope));
    } else if (s.kind == Step::Kind::sweep) {
      sweep(s, level);
    } else if (s.kind == Step::Kind::use && s.each_node && graph()) {
      std::vector<std::string>& names = nodes[&s];
      if (!names.empty()) return;
      for (const Node* n : nodes_of(s, *graph(), resolve_where(s, level))) names.push_back(n->name);
    }
  }

  void sweep(const Step& s, const Level& level) {
    for (const SweepRow& row : sweep_rows(s.control->over, *level.scope)) {
      Scope scope;
      scope.outer = level.scope;
      scope.names = row.names;
      Level inner = level;
      inner.scope = &scope;
      inner.parameters = parameter_path(s, level);
      steps(s.control->steps, inner);
    }
  }

  const State& start_;
  State own_;
};

}  // namespace

double FirstAssignment::value(const DomainSpec& domain, const std::string&) const {
  return domain.kind == DomainSpec::Kind::choice ? 0 : domain.low;
}

NodesByStep probe_nodes(const Control& search, const State& start, const Level& level) {
  const Scope scope = scope_of_space(search, level.scope);
  const FirstAssignment first;
  Level inside = level;
  inside.scope = &scope;
  inside.assignment = &first;
  inside.parameters.clear();
  inside.in_trial = true;
  Walk walk(start);
  walk.steps(search.steps, inside);
  return std::move(walk.nodes);
}

}  // namespace mase
