// The tables that a recipe names, among those that steps of this run have left.
#pragma once
#include <mase/pass.h>

#include "results.h"

namespace mase {
namespace report {

// One word or a list of them, each with the place where it was written.
struct Words : std::vector<Path> {};

// Error unless `name` stays in the step's own folder; `things` are what is written under it.
void check_file_name(const std::string& name, const char* things, const Loc& loc);

// The table of the step `from`, or the joined tables inside its rows, with these columns. Error with what there is
// instead.
Results find_table(const Path& from, const std::vector<Path>& columns, Context& context);

}  // namespace report

template <>
struct Codec<report::Words> {
  static TypeInfo type() { return {}; }  // a string or a list of strings
  static bool read(report::Words& out, const Value& v, Problems& p);
  static Value write(const report::Words& words);
};

}  // namespace mase
