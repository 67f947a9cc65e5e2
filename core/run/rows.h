// Rows of a sweep: what `over:` stands for, one by one.
#pragma once
#include <string>
#include <vector>

#include "mase/pick.h"
#include "recipe/recipe.h"

namespace mase {

struct SweepRow {
  std::string label;                   // "" when the recipe gives none
  std::vector<Template::Entry> names;  // the variables, as steps may refer to them
  Map params;                          // the same as values, for tables
};

// All rows in order: every combination of a map's lists (the last one turns fastest), or the list's maps.
std::vector<SweepRow> sweep_rows(const Template& over, const Scope& scope);
int64_t sweep_repeats(const Template& repeats, const Scope& scope);

// The values of one entry of `over`: a list's items, or all values of a discrete domain.
std::vector<Template> values_over(const Template& t, const Scope& scope);

// What a table shows of a value: scalars as they are, anything else as compact JSON.
Value table_value(const Value& v);

}  // namespace mase
