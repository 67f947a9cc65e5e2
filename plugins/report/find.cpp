// Finds tables by the names of their steps, and says what there is when one is not found.
#include "find.h"

#include <mase/text.h>

#include <algorithm>
#include <filesystem>

namespace mase {
namespace fs = std::filesystem;

bool Codec<report::Words>::read(report::Words& out, const Value& v, Problems& p) {
  if (v.is_string()) {
    out.assign(1, Path{v.as_string(), v.loc});
    return true;
  }
  std::vector<Path> items;
  if (v.is_list()) {
    if (!Codec<std::vector<Path>>::read(items, v, p)) return false;
    out.assign(items.begin(), items.end());
    return true;
  }
  p.emplace_back("found " + v.brief() + ", expected a string or a list of strings", v.loc);
  return false;
}

Value Codec<report::Words>::write(const report::Words& words) {
  List list;
  for (const Path& word : words) list.push_back(word.name);
  return list;
}

namespace report {
namespace {

// The folder beside the own one, else below the run: a plot or table may stand inside a row of a sweep.
fs::path find_folder(const std::string& name, Context& context) {
  const fs::path beside = fs::path(context.out_dir()).parent_path() / name;
  return fs::is_directory(beside) ? beside : fs::path(context.run_dir()) / name;
}

std::vector<std::string> folders_with_tables(const fs::path& where) {
  std::vector<std::string> names;
  if (!fs::is_directory(where)) return names;
  for (const auto& entry : fs::directory_iterator(where))
    if (entry.is_directory())
      for (const char* table : {"sweep.csv", "trials.csv", "fit.csv"})
        if (fs::exists(entry.path() / table)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

void check_columns(const Results& table, const std::vector<Path>& columns) {
  for (const Path& column : columns)
    if (table.find(column.name) < 0)
      throw Error(
          format("{} has no column '{}'{}", table.file, column.name, did_you_mean(column.name, NameList(table.header))),
          column.loc, "columns are: " + listed(table.header));
}

}  // namespace

void check_file_name(const std::string& name, const char* things, const Loc& loc) {
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos)
    throw Error(format("'{}' is no file name", name), loc,
                format("{} are written to the step's own folder: give a name without '/'", things));
}

Results find_table(const Path& from, const std::vector<Path>& columns, Context& context) {
  std::vector<std::string> names;
  for (const Path& column : columns) names.push_back(column.name);
  const fs::path folder = find_folder(from.name, context);
  Results table = fs::is_directory(folder) ? read_results(folder.string(), from.name, names) : Results();
  if (table.header.empty()) {
    const auto others = folders_with_tables(context.run_dir());
    throw Error(
        format("no step '{}' of this run has left a table{}", from.name, did_you_mean(from.name, NameList(others))),
        from.loc,
        others.empty() ? "sweeps and searches do, when they stand before this step" : "there are: " + listed(others));
  }
  check_columns(table, columns);
  return table;
}

}  // namespace report
}  // namespace mase
