// report.table: groups rows, and writes mean and spread of each.
#include "table.h"

#include <mase/output.h>
#include <mase/text.h>

#include <cmath>
#include <filesystem>
#include <map>

namespace mase::report {
namespace {

struct Moments {
  int64_t count = 0;
  double mean = 0, squares = 0;  // Welford's

  void add(double v) {
    const double before = v - mean;
    mean += before / static_cast<double>(++count);
    squares += before * (v - mean);
  }
  double spread() const { return count > 1 ? std::sqrt(squares / static_cast<double>(count - 1)) : 0; }
};

struct Group {
  std::vector<std::string> key;
  int64_t rows = 0;
  std::vector<Moments> figures;
};

// In the order in which groups first appear.
void add_rows(std::vector<Group>& groups, const Results& table, const Words& by, const Words& columns) {
  std::map<std::vector<std::string>, size_t> places;
  for (size_t g = 0; g < groups.size(); ++g) places[groups[g].key] = g;
  for (size_t r = 0; r < table.rows.size(); ++r) {
    std::vector<std::string> key;
    for (const Path& name : by) key.push_back(table.cell(r, table.find(name.name)));
    const auto [place, fresh] = places.emplace(key, groups.size());
    if (fresh) groups.push_back({key, 0, std::vector<Moments>(columns.size())});
    Group& group = groups[place->second];
    ++group.rows;
    for (size_t c = 0; c < columns.size(); ++c)
      if (const auto v = number(table.cell(r, table.find(columns[c].name)))) group.figures[c].add(*v);
  }
}

List header(const Words& by, const Words& columns) {
  List names;
  for (const Path& name : by) names.emplace_back(name.name);
  names.emplace_back("rows");
  for (const Path& name : columns) {
    names.emplace_back(name.name);
    names.emplace_back(name.name + ".std");
  }
  return names;
}

List line(const Group& g) {
  List values;
  for (const std::string& cell : g.key) values.emplace_back(cell);
  values.emplace_back(g.rows);
  for (const Moments& m : g.figures) {
    values.resize(values.size() + 2);  // null where no row has a number
    if (m.count == 0) continue;
    values.end()[-2] = m.mean;
    values.end()[-1] = m.spread();
  }
  return values;
}

std::vector<std::string> cells(const Group& g) {
  std::vector<std::string> texts = g.key;
  texts.push_back(format("{}", g.rows));
  for (const Moments& m : g.figures) {
    texts.push_back(m.count ? format("{:.4f}", m.mean) : "");
    texts.push_back(m.count ? format("{:.4f}", m.spread()) : "");
  }
  return texts;
}

}  // namespace

void Table::Config::schema(Schema<Config>& s) {
  s.field("from", &Config::from, "name of the sweep, search or training whose rows are read; a list reads several")
      .required();
  s.field("by", &Config::by, "columns whose equal values make a group: one line of the table").required();
  s.field("columns", &Config::columns, "columns of numbers, whose mean and sample standard deviation are shown")
      .required();
  s.field("name", &Config::name, "name of the file, without its .csv");
}

void Table::Config::check(const Value& v) const {
  if (from.empty() || by.empty() || columns.empty()) throw Error("from, by and columns each name something", v.loc);
  check_file_name(name, "tables", v.loc);
}

void Table::run(Graph&, Context& context) {
  std::vector<Path> wanted(config_.by.begin(), config_.by.end());
  wanted.insert(wanted.end(), config_.columns.begin(), config_.columns.end());
  std::vector<Group> groups;
  for (const Path& from : config_.from)
    add_rows(groups, find_table(from, wanted, context), config_.by, config_.columns);

  const List names = header(config_.by, config_.columns);
  std::string csv = csv_row(names);
  std::vector<std::vector<std::string>> shown(1);
  for (const Value& name : names) shown[0].push_back(name.as_string());
  for (const Group& g : groups) {
    csv += csv_row(line(g));
    shown.push_back(cells(g));
  }
  const std::string file = context.out_dir() + "/" + config_.name + ".csv";
  write_file(file, csv);
  const std::string written = std::filesystem::path(file).lexically_relative(context.run_dir()).generic_string();
  context.report("file", written);
  context.report("lines", static_cast<int64_t>(groups.size()));
  context.info("{}: {} lines\n{}", written, groups.size(), table_text(shown));
}

}  // namespace mase::report
