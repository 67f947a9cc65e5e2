// Steps: components of the right kind, selections' form, and what each reports.
#include <algorithm>

#include "checker.h"
#include "mase/pass.h"
#include "mase/text.h"
#include "run/select.h"

namespace mase {
namespace {

constexpr size_t kMostVisits = 4000;  // of steps, so that sweeps in sweeps stay quick to check

FieldInfo control_info(const char* name, TypeInfo::Kind kind, std::optional<double> low = {}) {
  FieldInfo info;
  info.name = name;
  info.type.kind = kind;
  info.low = low;
  return info;
}

const FieldInfo& when_field() {
  static const FieldInfo info = control_info("when", TypeInfo::Kind::boolean);
  return info;
}
const FieldInfo& seed_field() {
  static const FieldInfo info = control_info("seed", TypeInfo::Kind::integer, 0);
  return info;
}

}  // namespace

const Produced* Reported::find(const std::string& name) const {
  const auto it = std::find_if(metrics.begin(), metrics.end(), [&](const Produced& p) { return p.name == name; });
  return it == metrics.end() ? nullptr : &*it;
}

void Checker::recipe(const Recipe& recipe) {
  const Scope scope = scope_of(recipe);
  plugins(recipe);
  for (size_t i = 0; i < recipe.params.size(); ++i) {
    domains_ = true;  // judged where the param is used
    loose(recipe.params[i].value, {&scope, i});
  }
  domains_ = false;
  domains_seen_ = 0;
  control_field(seed_field(), recipe.seed, {&scope});
  const CheckPlace place{&scope};
  Reported top;
  if (recipe.data) step(*recipe.data, place, top);
  if (recipe.model) step(*recipe.model, place, top);
  steps(recipe.steps, place);
}

Reported Checker::steps(const std::vector<Step>& steps, const CheckPlace& place) {
  Reported level;
  for (const Step& s : steps) {
    if (++visits_ > kMostVisits) {
      level.unknown = true;
      break;
    }
    step(s, place, level);
  }
  return level;
}

void Checker::step(const Step& s, const CheckPlace& place, Reported& level) {
  const View view{place.scope};
  domains_ = place.in_search;
  control_field(when_field(), s.when, view);
  domains_ = false;
  control_field(seed_field(), s.seed, view);
  domains_ = place.in_search;
  const auto wanted = constant(s.when, view);
  Reported own;
  switch (s.kind) {
    case Step::Kind::use:
      use_step(s, place, {Pass::kKind, Runner::kKind}, own);
      break;
    case Step::Kind::model:
      component({s.component, s.component_loc, &s.with, view}, {"model"});
      have_model_ = true;
      break;
    case Step::Kind::data:
      component({s.component, s.component_loc, &s.with, view}, {"dataset"});
      have_data_ = true;
      break;
    case Step::Kind::sweep:
      sweep(s, place);
      break;
    case Step::Kind::search:
      search(s, place, own);
      break;
    case Step::Kind::recipe:
      if (s.recipe) own = included(*s.recipe, place);
      break;
  }
  const bool never = wanted && wanted->is_bool() && !wanted->as_bool();
  if (!never) merge(level, s, own);
}

Reported Checker::included(const Recipe& recipe, const CheckPlace& place) {
  plugins(recipe);
  const Scope scope = scope_of(recipe, place.scope);
  for (size_t i = 0; i < scope.names.size(); ++i)
    loose(scope.names[i].value, i < scope.bound ? View{place.scope} : View{&scope, i});
  CheckPlace inner = place;
  inner.scope = &scope;
  return steps(recipe.steps, inner);
}

void Checker::merge(Reported& level, const Step& step, const Reported& inner) {
  level.unknown = level.unknown || inner.unknown;
  for (const Produced& p : inner.metrics) report(level, step, p.source, p.name);
}

void Checker::report(Reported& level, const Step& step, const std::string& source, const std::string& metric) {
  const std::string name = step.named ? step.name + "." + metric : metric;
  const Loc loc = step.component_loc ? step.component_loc : step.loc;
  if (const Produced* other = level.find(name)) {
    problem(
        format("two sources of '{}' at one level: {} in line {} and {}", name, other->source, other->loc.line, source),
        loc, "give one of the steps a 'name': it then stands before its metrics");
    return;
  }
  level.metrics.push_back({name, source, loc});
}

void Checker::use_step(const Step& s, const CheckPlace& place, const std::vector<std::string>& kinds, Reported& level) {
  const View view{place.scope};
  where(s, place);
  const ComponentInfo* info = component({s.component, s.component_loc, &s.with, view}, kinds);
  if (!have_model_) {
    problem("no model yet: the recipe has no 'model' and no step before this makes one",
            s.component_loc ? s.component_loc : s.loc, "mase list model");
    have_model_ = true;  // once is enough
  }
  if (!info) {
    level.unknown = true;
    return;
  }
  if (info->kind == Runner::kKind && place.in_search && !place.allow_test) test_split(s, place);
  ask(s, *info, place, level);
}

void Checker::where(const Step& s, const CheckPlace& place) {
  if (!s.where.present) return;
  const View view{place.scope};
  const auto value = constant(s.where.raw, view);
  if (!value) return loose(s.where.raw, view);
  if (!value->is_map()) return problem(format("'where' is {}, expected a map", value->brief()), value->loc);
  for (const Error& e : check_where(*value)) problem(e);
}

// A search sees validation; what it chose is reported on test by later steps.
void Checker::test_split(const Step& s, const CheckPlace& place) {
  const Template* split = s.with.find("split");
  const auto value = split ? constant(*split, {place.scope}) : std::nullopt;
  if (value && value->is_string() && value->as_string() == "test")
    problem(format("{} asks for the test split inside a search", s.component), split->loc,
            "what is chosen on test cannot be reported on test; 'allow_test_in_search: true' allows it");
}

// Asks the component itself what it reports and needs.
void Checker::ask(const Step& s, const ComponentInfo& info, const CheckPlace& place, Reported& level) {
  const auto component = instance(info, {s.component, s.component_loc, &s.with, {place.scope}});
  if (!component) {
    level.unknown = true;
    return;
  }
  std::vector<MetricInfo> metrics;
  RunnerNeeds needs;
  try {
    guard(info.name, s.name, [&] {
      if (info.kind == Runner::kKind) {
        auto& runner = static_cast<Runner&>(*component);
        metrics = runner.metrics();
        needs = runner.needs();
      } else {
        metrics = static_cast<Pass&>(*component).metrics();
      }
    });
  } catch (const std::exception&) {
    level.unknown = true;
  }
  if (s.each_node && !metrics.empty()) {  // figures of each node are called after it
    level.unknown = true;
    metrics.clear();
  }
  if (needs.dataset && !have_data_)
    problem(format("{} needs a data set, the recipe has no 'data'", s.component), s.component_loc, "mase list dataset");
  for (const MetricInfo& m : metrics) level.metrics.push_back({m.name, s.component, s.component_loc});
}

}  // namespace mase
