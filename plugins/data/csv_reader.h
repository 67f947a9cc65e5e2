// Reading comma-separated numbers: cells are checked one by one, and an error names row and column.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "mase/schema.h"
#include "table.h"

namespace data {

// A column by name or by index (from 0; negative counts from the end).
struct Column {
  std::string name;
  int64_t index = 0;
  bool named = false;
  mase::Loc loc{};  // where the recipe names it; none for a default
};

struct CsvOptions {
  std::string delimiter = ",";
  bool header = true;
  Column label{{}, -1, false};
  std::vector<Column> features;      // empty: every column but the label
  std::vector<std::string> classes;  // order of class names; empty: sorted
  bool classification = true;        // otherwise the label is a number to predict
};

// `text` is the content of `file`, whose name is only used in messages.
Table read_csv(std::string_view text, const std::string& file, const CsvOptions& options);

}  // namespace data

template <>
struct mase::Codec<data::Column> {
  static TypeInfo type() { return {}; }
  static bool read(data::Column& out, const Value& v, Problems& p) {
    if (v.is_string()) return out = {v.as_string(), 0, true, v.loc}, true;
    if (v.is_int()) return out = {{}, v.as_int(), false, v.loc}, true;
    p.emplace_back(mase::format("found {}, expected the name or the index of a column", v.type_name()), v.loc);
    return false;
  }
  static Value write(const data::Column& c) { return c.named ? Value(c.name) : Value(c.index); }
};
