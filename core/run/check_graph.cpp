// Selections and search spaces, as far as they are known before anything runs.
#include "run/check_graph.h"

#include <algorithm>

#include "mase/pass.h"
#include "mase/runner.h"
#include "mase/text.h"
#include "run/rows.h"
#include "run/select.h"
#include "run/steps.h"
#include "search/study.h"

namespace mase {
namespace {

class GraphCheck {
 public:
  GraphCheck(Checked& checked) : checked_(checked) {}

  void steps(const std::vector<Step>& steps, const Level& level) {
    for (const Step& s : steps) {
      try {
        step(s, level);
      } catch (const Error& e) {
        checked_.problems.emplace_back(e.message(), e.loc() ? e.loc() : s.loc, e.hint());
      }
    }
  }

 private:
  // From the first step on that may change the graph, selections are checked when they are reached.
  bool known_ = true;
  bool data_known_ = true;  // until a step opens other data

  void step(const Step& s, const Level& level) {
    const FirstAssignment first;
    Level here = level;
    if (level.in_search) here.assignment = &first;
    if (!level.in_search && !is_wanted(s, here)) return;
    if (s.kind == Step::Kind::use) return component(s, here);
    if (s.kind == Step::Kind::recipe) {
      const Scope scope = scope_of(*s.recipe, level.scope);
      return steps(s.recipe->steps, inside_recipe(s, here, scope));
    }
    if (s.kind == Step::Kind::sweep) return sweep(s, here);
    if (s.kind == Step::Kind::search) return search(s, here);
    if (s.kind == Step::Kind::model) known_ = false;
    if (s.kind == Step::Kind::data) data_known_ = false;
  }

  // Once for a step, however many rows come by.
  void note(const std::string& text) {
    auto& notes = checked_.notes;
    if (std::find(notes.begin(), notes.end(), text) == notes.end()) notes.push_back(text);
  }

  // Whether the samples that the step names, or that a runner takes without being told, are there.
  void split(const Step& s, const ComponentInfo& info, const Level& level) {
    if (!data_known_ || !checked_.state.data || !info.fields || !info.fields->find("split")) return;
    const Chosen chosen = resolve_component(s, level);
    const Value* given = chosen.with().find("split");
    std::string name = given && given->is_string() ? given->as_string() : "";
    if (name.empty() && info.kind == Runner::kKind) {
      const auto runner = level.session.registry.create<Runner>(chosen);
      guard(info.name, s.name, [&] { name = runner->needs().dataset ? level.in_search ? "validation" : "test" : ""; });
    }
    if (name.empty() || checked_.state.data->split(name).size() > 0) return;
    throw Error(
        format("{} works on the {} split of {}, which has no samples", s.component, name, checked_.state.data->name()),
        given && given->loc ? given->loc : s.component_loc,
        "name another with 'split', or give it samples where the data are divided");
  }

  void component(const Step& s, const Level& level) {
    const ComponentInfo& info = level.session.registry.at(s.component, s.component_loc);
    split(s, info, level);
    if (s.where.present && known_ && checked_.state.graph)
      select_nodes(*checked_.state.graph, resolve_where(s, level), s.skip_if_missing);
    else if (s.where.present && !known_)
      note(format("{}: the selection of '{}' is checked when it is reached", s.loc.str(), s.name));
    if (info.kind != Pass::kKind || !known_) return;
    const auto pass = level.session.registry.create<Pass>(resolve_component(s, level));
    guard(info.name, s.name, [&] { known_ = !pass->changes_graph(); });
  }

  void sweep(const Step& s, const Level& level) {
    const auto rows = sweep_rows(s.control->over, *level.scope);
    const int64_t repeats = sweep_repeats(s.control->repeats, *level.scope);
    checked_.plan.push_back(Map{{"step", s.name}, {"rows", rows.size()}, {"repeats", repeats}});
    const bool before = known_;
    bool after = true;
    const size_t planned = checked_.plan.size();
    for (size_t i = 0; i < rows.size(); ++i) {
      Scope scope;
      scope.outer = level.scope;
      scope.names = rows[i].names;
      Level inner = level;
      inner.scope = &scope;
      inner.parameters = parameter_path(s, level);
      known_ = before;
      const size_t mark = checked_.plan.size();
      steps(s.control->steps, inner);
      after = after && known_;
      if (i > 0 && mark > planned) checked_.plan.resize(mark);  // the first row speaks for all
      if (!checked_.problems.empty() || checked_.notes.size() > 100) break;
    }
    known_ = after && before;
  }

  void search(const Step& s, const Level& level) {
    if (known_ && checked_.state.graph) {
      const Study study(s, checked_.state, level);
      Map plan{{"step", s.name}};
      if (study.most_trials() >= 0) plan.set("trials", study.most_trials());
      plan.set("parameters", study.space().domains.size());
      const int64_t size = study.space().size();
      plan.set("space", size >= 0 ? Value(size) : Value("infinite"));
      checked_.plan.push_back(std::move(plan));
    } else {
      checked_.notes.push_back(format("{}: the space of '{}' is known when it is reached", s.loc.str(), s.name));
    }
    const Scope scope = scope_of_space(*s.control, level.scope);
    Level inner = level;
    inner.scope = &scope;
    inner.in_search = true;
    inner.parameters.clear();
    const bool before = known_;
    steps(s.control->steps, inner);
    steps(s.control->evaluate, inner);
    known_ = before && known_;
  }

  Checked& checked_;
};

}  // namespace

void check_with_graph(Checked& checked, Session& session) {
  GraphCheck(checked).steps(checked.recipe.steps, checked.level(session));
}

}  // namespace mase
