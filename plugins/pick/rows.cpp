// Numbers of rows, by exact name or by the end of a parameter's name.
#include "rows.h"

#include <cmath>

#include "mase/text.h"

namespace {

const mase::Value* find(const mase::Map& map, std::string_view name) {
  if (const mase::Value* v = map.find(name)) return v;
  for (const mase::Entry& e : map) {  // width for formats/fc1/weight.quant.integer.width
    if (!std::string_view(e.key).ends_with(name) || e.key.size() == name.size()) continue;
    const char before = e.key[e.key.size() - name.size() - 1];
    if (before == '/' || before == '.') return &e.value;
  }
  return nullptr;
}

}  // namespace

std::optional<double> number_of(const mase::Row& row, const std::string& name, std::string_view rule) {
  const mase::Value* v = row.metrics.find(name);
  if (!v) v = find(row.params, name);
  if (!v) v = find(row.metrics, name);
  if (!v) {
    mase::NameList names;
    for (const mase::Entry& e : row.metrics) names.add(e.key);
    for (const mase::Entry& e : row.params) names.add(e.key);
    throw mase::Error(
        mase::format("{}: row {} has no '{}'{}", rule, row.number, name, mase::did_you_mean(name, names)));
  }
  if (!v->is_number())
    throw mase::Error(mase::format("{}: '{}' of row {} is {}, expected a number", rule, name, row.number, v->brief()));
  const double x = v->as_double();
  return std::isfinite(x) ? std::optional(x) : std::nullopt;
}
