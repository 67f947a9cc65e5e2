// What a search strives for, and under which conditions: metrics somebody computes, parameters some step has.
#include <algorithm>

#include "checker.h"
#include "expression.h"
#include "mase/text.h"
#include "run/rows.h"

namespace mase {
namespace {

std::string shown(const std::vector<std::string>& names) {
  constexpr size_t kMost = 20;
  std::string text;
  for (size_t i = 0; i < names.size() && i < kMost; ++i) text += (i ? ", " : "") + names[i];
  return names.size() > kMost ? text + ", ..." : text;
}

}  // namespace

void Checker::goal_metric(const std::string& name, const Loc& loc, const Reported& reported) {
  if (reported.unknown || reported.find(name)) return;
  std::vector<std::string> names;
  for (const Produced& p : reported.metrics) names.push_back(p.name);
  const std::string near = did_you_mean(name, NameList(names));
  problem(format("nothing here computes '{}'{}", name, near), loc,
          names.empty() ? "name runners under 'evaluate'; mase list metrics"
                        : "computed here: " + shown(names) + "; mase list metrics");
}

void Checker::goals(const Control& control, const Scope& scope, const Reported& reported) {
  FieldInfo weight, direction;
  weight.type.kind = TypeInfo::Kind::real;
  direction.type.kind = TypeInfo::Kind::enumeration;
  direction.type.choices = {"maximize", "minimize"};
  for (const Template::Entry& e : control.score.entries) {
    weight.name = e.key;
    goal_metric(e.key, e.key_loc, reported);
    value({weight, weight.type}, e.value, {&scope});
  }
  for (const Template::Entry& e : control.objectives.entries) {
    direction.name = e.key;
    goal_metric(e.key, e.key_loc, reported);
    value({direction, direction.type}, e.value, {&scope});
  }
  constraints(control, scope, reported);
  require(control, scope);
}

void Checker::names_something(const Expression& e, const char* where, const char* example) {
  if (e.names().empty())
    problem(format("a condition in '{}' that names nothing is always true or never", where), e.loc(), example);
}

void Checker::constraints(const Control& control, const Scope& scope, const Reported& reported) {
  for (const auto& constraint : control.constraints) {
    try {
      for (const Expression& e : parse_expressions({constraint}, scope)) {
        names_something(e, "constraints", "a metric: accuracy >= 0.9");
        for (const std::string& name : e.names()) goal_metric(name, e.loc(), reported);
      }
    } catch (const Error& e) {
      problem(e);
    }
  }
}

void Checker::require(const Control& control, const Scope& scope) {
  if (control.require.empty()) return;
  std::vector<std::string> names, inner;
  for (const Template::Entry& e : control.space.entries) names.push_back(e.key);
  parameters(control.steps, scope, names, inner);
  for (auto* list : {&names, &inner}) {
    std::sort(list->begin(), list->end());
    list->erase(std::unique(list->begin(), list->end()), list->end());
  }
  for (const auto& required : control.require) {
    try {
      for (const Expression& e : parse_expressions({required}, scope)) {
        names_something(e, "require", "a parameter of the search: weight.width <= 8");
        for (const std::string& name : e.names()) {
          if (std::binary_search(names.begin(), names.end(), name)) continue;
          if (std::binary_search(inner.begin(), inner.end(), name))
            problem(format("'{}' is given further in only: 'require' sees the search's own steps", name), e.loc(),
                    "give it a name under 'space', or write the step into the search itself");
          else
            problem(format("no step here gives '{}'{}", name, did_you_mean(name, NameList(names))), e.loc(),
                    "given are: " + shown(names));
        }
      }
    } catch (const Error& e) {
      problem(e);
    }
  }
}

// Field paths of what the recipe writes, as `require` calls them; `inner`: of steps in sweeps, searches and recipes
// among the steps, whose values a proposal does not have.
void Checker::parameters(const std::vector<Step>& steps, const Scope& scope, std::vector<std::string>& names,
                         std::vector<std::string>& inner) const {
  for (const Step& s : steps) {
    parameters(s.with, {&scope}, "", true, s.recipe ? inner : names);
    if (s.recipe) {
      const Scope own = scope_of(*s.recipe, &scope);
      parameters(s.recipe->steps, own, inner, inner);
    }
    if (!s.control) continue;
    Scope own;  // the variables' values do not matter, only that the names are known
    own.outer = &scope;
    if (s.control->over.kind == Template::Kind::map)
      for (const Template::Entry& e : s.control->over.entries) own.names.push_back({e.key, e.key_loc, {}});
    parameters(s.control->steps, own, inner, inner);
  }
}

void Checker::parameters(const Template& t, View view, const std::string& path, bool top,
                         std::vector<std::string>& names) const {
  tick(t.loc);
  if (t.kind == Template::Kind::reference) {
    if (const auto found = find_name(view, t.name)) parameters(*found->value, found->view, path, top, names);
  } else if (t.kind == Template::Kind::domain && t.domain->kind == DomainSpec::Kind::choice) {
    if (!path.empty()) names.push_back(path);
    for (const Template& option : t.domain->options) parameters(option, view, path, false, names);
  } else if (t.kind == Template::Kind::map) {
    const bool component = !top && t.find("use");
    for (const Template::Entry& e : t.entries) {
      if (component && e.key != "with") continue;
      parameters(e.value, view, component || path.empty() ? component ? path : e.key : path + "." + e.key, component,
                 names);
    }
  } else if (!path.empty()) {
    names.push_back(path);
  }
}

}  // namespace mase
