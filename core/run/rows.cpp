// Rows of a sweep.
#include "run/rows.h"

#include <cmath>

#include "mase/text.h"
#include "recipe/scope.h"

namespace mase {
namespace {
constexpr size_t kMostRows = 1000000;

std::vector<Template> numbers(const Domain& d, const Loc& loc) {
  const double step = d.step > 0 ? d.step : 1;
  if (d.kind == Domain::Kind::real && d.step <= 0)
    throw Error("a continuous $float has no list of values", loc, "give it a step, or list the values");
  const double count = std::floor((d.high - d.low) / step + 1e-9) + 1;
  if (count > static_cast<double>(kMostRows)) throw Error(format("{} values are too many for a sweep", count), loc);
  std::vector<Template> values;
  for (int64_t i = 0; i < static_cast<int64_t>(count); ++i) {
    const double v = d.low + step * static_cast<double>(i);
    values.push_back(Template::from(d.kind == Domain::Kind::integer ? Value(std::llround(v)) : Value(v)));
    values.back().loc = loc;
  }
  return values;
}

// The template behind a reference, as long as it is one that a sweep can walk through.
const Template& behind(const Template& t, const Scope& scope) {
  return t.kind == Template::Kind::reference ? *follow(t, {&scope}).value : t;
}

SweepRow row_of(std::vector<Template::Entry> names, const Scope& outer) {
  SweepRow row;
  Scope scope;
  scope.outer = &outer;
  scope.names = names;
  for (const Template::Entry& e : names) {
    Template reference;
    reference.kind = Template::Kind::reference, reference.name = e.key, reference.loc = e.value.loc;
    Value v;
    try {
      v = resolve(reference, scope);
    } catch (const Error&) {  // a map with domains inside, for a search further in
      v = as_written(e.value);
    }
    if (e.key == "label" && v.is_string())
      row.label = v.as_string();
    else
      row.params.set(e.key, v);
  }
  row.names = std::move(names);
  return row;
}

void combine(const Template& over, const Scope& scope, size_t at, std::vector<Template::Entry>& names,
             std::vector<SweepRow>& rows) {
  if (rows.size() >= kMostRows) throw Error(format("the sweep has more than {} rows", kMostRows), over.loc);
  if (at == over.entries.size()) return rows.push_back(row_of(names, scope));
  const Template::Entry& e = over.entries[at];
  for (Template& value : values_over(e.value, scope)) {
    names.push_back({e.key, e.key_loc, std::move(value)});
    combine(over, scope, at + 1, names, rows);
    names.pop_back();
  }
}

}  // namespace

std::vector<Template> values_over(const Template& given, const Scope& scope) {
  const bool is_reference = given.kind == Template::Kind::reference;
  const Found found = is_reference ? follow(given, {&scope}) : Found{&given, {&scope}, nullptr};
  const Template& t = *found.value;
  if (t.kind == Template::Kind::list) return t.items;
  if (t.kind != Template::Kind::domain)
    throw Error("expected a list of values, or a discrete domain such as {$int: [4, 8]}", given.loc);
  if (t.domain->kind != DomainSpec::Kind::choice) return numbers(range_of(*t.domain, found.view), given.loc);
  return *options_of(*t.domain, {&scope}).items;
}

std::vector<SweepRow> sweep_rows(const Template& given, const Scope& scope) {
  const Template& over = behind(given, scope);
  std::vector<SweepRow> rows;
  if (over.kind == Template::Kind::scalar && over.scalar.is_null()) {
    rows.emplace_back();  // repeats alone
  } else if (over.kind == Template::Kind::map) {
    std::vector<Template::Entry> names;
    combine(over, scope, 0, names, rows);
  } else if (over.kind == Template::Kind::list) {
    for (const Template& item : over.items) {
      const Template& map = behind(item, scope);
      if (map.kind != Template::Kind::map) throw Error("expected a map: one row of the sweep", item.loc);
      rows.push_back(row_of(map.entries, scope));
    }
  } else {
    throw Error("'over' takes a map of lists (every combination) or a list of maps (these rows)", given.loc);
  }
  if (rows.empty()) throw Error("the sweep has no rows", given.loc);
  return rows;
}

int64_t sweep_repeats(const Template& repeats, const Scope& scope) {
  const Value v = resolve(repeats, scope);
  if (v.is_null()) return 1;
  if (!v.is_int() || v.as_int() < 1)
    throw Error(format("'repeats' is {}, expected an integer of at least 1", v.brief()), v.loc);
  return v.as_int();
}

Value table_value(const Value& v) {
  if (v.is_map() && v.as_map().size() == 1 && v.as_map().find("use")) return v.as_map().at("use");
  return v.is_list() || v.is_map() ? Value(v.json()) : v;
}

}  // namespace mase
