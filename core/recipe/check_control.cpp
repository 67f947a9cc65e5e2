// Control steps: what sweeps go through, what searches draw.
#include <algorithm>

#include "checker.h"
#include "mase/pick.h"
#include "mase/text.h"
#include "run/rows.h"

namespace mase {
namespace {

using Rows = std::vector<std::vector<Template::Entry>>;

constexpr size_t kMostRows = 200;  // looked into one by one

FieldInfo info_of(const char* name, TypeInfo::Kind kind, std::optional<double> low, const char* component_kind = "") {
  FieldInfo info;
  info.name = name;
  info.type.kind = kind;
  info.type.component_kind = component_kind;
  info.low = low;
  return info;
}

}  // namespace

// Rows in which every value of every variable stands at least once: enough to check each against its field.
Rows Checker::covering_rows(const Template& over, View view) {
  std::vector<std::vector<Template>> columns;
  size_t longest = over.entries.empty() ? 0 : 1;
  for (const Template::Entry& e : over.entries) {
    if (!is_name(e.key))
      problem(format("'{}' cannot be the name of a variable", e.key), e.key_loc,
              "letters, digits and '_', no digit first");
    std::vector<Template> values;
    try {
      values = values_over(e.value, *view.scope);
      if (values.empty()) problem(format("'{}' has no values", e.key), e.value.loc);
    } catch (const Error& error) {
      problem(error);
    }
    if (values.size() > kMostRows) values.resize(kMostRows);
    for (const Template& v : values) loose(v, view);
    longest = std::max(longest, values.size());
    columns.push_back(std::move(values));
  }
  if (std::any_of(columns.begin(), columns.end(), [](const auto& c) { return c.empty(); })) return {};
  Rows rows(longest);
  for (size_t i = 0; i < longest; ++i)
    for (size_t c = 0; c < columns.size(); ++c)
      rows[i].push_back({over.entries[c].key, over.entries[c].key_loc, columns[c][i % columns[c].size()]});
  return rows;
}

Rows Checker::row_list(const Template& over, View view) {
  Rows rows;
  for (const Template& item : over.items) {
    const Found row = follow(item, view);
    if (row.value->kind != Template::Kind::map) {
      problem(format("found {}, expected a map: one row of the sweep", as_written(*row.value).brief()), row.value->loc);
      continue;
    }
    const auto has = [](const std::vector<Template::Entry>& r, const std::string& key) {
      return std::any_of(r.begin(), r.end(), [&](const auto& e) { return e.key == key; });
    };
    for (const Template::Entry& e : row.value->entries) {
      if (!is_name(e.key))
        problem(format("'{}' cannot be the name of a variable", e.key), e.key_loc,
                "letters, digits and '_', no digit first");
      if (!rows.empty() && e.key != "label" && !has(rows.front(), e.key))
        problem(format("the first row has no '{}'", e.key), e.key_loc, "all rows have the same variables");
      loose(e.value, row.view);
    }
    if (!rows.empty())
      for (const Template::Entry& e : rows.front())
        if (e.key != "label" && !has(row.value->entries, e.key))
          problem(format("this row has no '{}', the first one has", e.key), item.loc,
                  "all rows have the same variables");
    if (rows.size() < kMostRows) rows.push_back(row.value->entries);
  }
  return rows;
}

// The rows to look into; none when `over` itself is wrong.
Rows Checker::rows(const Control& control, View view) {
  const size_t before = problems_.size();
  Rows rows;
  try {
    const Found over = follow(control.over, view);
    if (over.value->is_null()) return Rows(1);  // repeats alone
    if (over.value->kind == Template::Kind::map) {
      rows = covering_rows(*over.value, over.view);
    } else if (over.value->kind == Template::Kind::list) {
      rows = row_list(*over.value, over.view);
    } else {
      problem(format("'over' is {}, expected a map of lists (every combination) or a list of maps (these rows)",
                     as_written(*over.value).brief()),
              over.value->loc);
    }
    if (rows.empty() && problems_.size() == before) problem("the sweep has no rows", over.value->loc);
  } catch (const Error& e) {
    problem(e);
  }
  return problems_.size() == before ? rows : Rows();
}

void Checker::sweep(const Step& s, const CheckPlace& place) {
  static const FieldInfo kRepeats = info_of("repeats", TypeInfo::Kind::integer, 1);
  const View view{place.scope};
  const bool inside = domains_;
  domains_ = false;
  control_field(kRepeats, s.control->repeats, view);
  domains_ = true;  // a value with domains inside is for a search further in
  for (const auto& row : rows(*s.control, view)) {
    Scope scope;
    scope.outer = place.scope;
    scope.names = row;
    CheckPlace inner = place;
    inner.scope = &scope;
    steps(s.control->steps, inner);
  }
  domains_ = inside;
  pick(s, place);
}

void Checker::pick(const Step& s, const CheckPlace& place) {
  static const FieldInfo kPick = info_of("pick", TypeInfo::Kind::component, {}, Pick::kKind);
  const Template& rule = s.control->pick;
  if (rule.is_null()) return;
  domains_ = false;
  const auto known = constant(rule, {place.scope});
  const std::string word = known && known->is_string() ? known->as_string() : "";
  const bool search = s.kind == Step::Kind::search;
  if (word == "none" || (word == "first" && !search)) return;
  if (word == "first") return problem("'first' is for sweeps; a search has 'best'", rule.loc);
  if (word == "best" && !search)
    return problem("'best' is for searches; a sweep has 'first'", rule.loc, "or a rule: mase list pick");
  if (word == "best" && s.control->score.is_null())
    return problem("'best' needs a 'score'; a front has many best results", rule.loc,
                   "a rule chooses from a front: mase list pick");
  if (word == "best") return;
  value({kPick, kPick.type}, rule, {place.scope});
}

void Checker::space(const Control& control, const Scope& scope) {
  for (size_t i = 0; i < scope.names.size(); ++i) {
    const Template::Entry& e = scope.names[i];
    if (!is_name(e.key))
      problem(format("'{}' cannot be the name of a domain", e.key), e.key_loc,
              "letters, digits and '_', no digit first");
    loose(e.value, {&scope, i});
  }
}

void Checker::sampler(const Control& control, View view) {
  static const FieldInfo kSampler = info_of("sampler", TypeInfo::Kind::component, {}, Sampler::kKind);
  static const FieldInfo kTrials = info_of("trials", TypeInfo::Kind::integer, 1);
  static const FieldInfo kTimeout = info_of("timeout", TypeInfo::Kind::real, 0);
  domains_ = false;
  const size_t before = problems_.size();
  value({kSampler, kSampler.type}, control.sampler_choice, view);
  const bool known = problems_.size() == before;
  control_field(kTrials, control.trials, view);
  control_field(kTimeout, control.timeout, view);
  if (!known || !control.trials.is_null() || !control.timeout.is_null()) return;
  const auto choice = constant(control.sampler_choice, view);
  if (!choice || choice->is_null()) return;
  const Chosen chosen = Chosen::from(*choice);
  bool unbounded = false;
  try {
    const auto sampler = registry_.create<Sampler>(chosen);
    guard(chosen.name(), {}, [&] { unbounded = sampler->unbounded(); });
  } catch (const std::exception&) {
  }
  if (unbounded)
    problem(format("{} does not end by itself: give 'trials' or 'timeout'", chosen.name()), control.sampler_choice.loc);
}

void Checker::search(const Step& s, const CheckPlace& place, Reported& level) {
  const Control& control = *s.control;
  const bool inside = domains_;
  const size_t outer_domains = domains_seen_;
  domains_seen_ = 0;
  sampler(control, {place.scope});
  const Scope scope = scope_of_space(control, place.scope);
  const CheckPlace inner{&scope, true, (!place.in_search || place.allow_test) && control.allow_test_in_search};
  domains_ = true;
  space(control, scope);
  const size_t before = problems_.size();
  Reported reported = steps(control.steps, inner);
  if (domains_seen_ == 0 && problems_.size() == before && !control.steps.empty())
    problem("nothing to search: no step has a $choice, $int or $float", control.loc);
  domains_ = false;
  for (const Step& runner : control.evaluate) {
    Reported own;
    where(runner, inner);
    if (const ComponentInfo* info =
            component({runner.component, runner.component_loc, &runner.with, {&scope}}, {Runner::kKind})) {
      if (!inner.allow_test) test_split(runner, inner);
      ask(runner, *info, inner, own);
    } else {
      own.unknown = true;
    }
    merge(reported, runner, own);
  }
  goals(control, scope, reported);
  pick(s, place);
  domains_ = inside;
  domains_seen_ += outer_domains;
  std::vector<std::string> figures = {"trials", "best_trial", "trials_per_second"};
  if (!control.score.is_null()) figures.push_back("best_value");
  for (const std::string& name : figures) level.metrics.push_back({name, "search", s.loc});
}

}  // namespace mase
