// report.plot: finds the tables that the recipe names, and checks what it asks of them.
#include "plot.h"

#include <mase/output.h>
#include <mase/text.h>

#include <algorithm>
#include <filesystem>

namespace mase {
namespace fs = std::filesystem;

const std::vector<std::string>& EnumNames<report::Kind>::names() {
  static const std::vector<std::string> names = {"lines", "points", "bars"};
  return names;
}
const std::vector<std::string>& EnumNames<report::Running>::names() {
  static const std::vector<std::string> names = {"none", "max", "min"};
  return names;
}

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

// The folder beside the plot's own, else below the run: a plot may stand inside a row of a sweep.
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

std::vector<std::string> without_place(const Figure& figure) {
  std::vector<std::string> bad;  // the axis and the value
  for (const Curve& curve : figure.curves)
    for (const Point& p : curve.points) {
      if (figure.log_x && figure.categories.empty() && p.x <= 0) bad = {"log_x", format("{}", p.x)};
      if (figure.log_y && p.y <= 0) bad = {"log_y", format("{}", p.y)};
    }
  return bad;
}

}  // namespace

void Plot::Config::schema(Schema<Config>& s) {
  s.field("from", &Config::from, "name of the sweep, search or training to draw from; a list draws several").required();
  s.field("x", &Config::x, "column along the x axis").required();
  s.field("y", &Config::y, "column to draw; a list draws one curve each").required();
  s.field("series", &Config::series, "column whose values become curves of their own");
  s.field("running", &Config::running, "draw the best so far, the greatest or the least, instead of each value");
  s.field("kind", &Config::kind, "how a curve is drawn");
  s.field("name", &Config::name, "name of the file, without its .svg");
  s.field("title", &Config::title, "text above the figure");
  s.field("x_label", &Config::x_label, "text along the x axis; default: the column's name");
  s.field("y_label", &Config::y_label, "text along the y axis; default: the column's name");
  s.field("log_x", &Config::log_x, "logarithmic x axis");
  s.field("log_y", &Config::log_y, "logarithmic y axis");
}

void Plot::Config::check(const Value& v) const {
  if (from.empty()) throw Error("'from' names nothing to draw from", v.loc);
  if (y.empty()) throw Error("'y' names no column", v.loc);
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos)
    throw Error("'" + name + "' is no file name", v.loc,
                "plots are written to the step's own folder: give a name without '/'");
}

std::vector<std::string> Plot::columns() const {
  std::vector<std::string> columns = {config_.x.name};
  for (const Path& y : config_.y) columns.push_back(y.name);
  if (!config_.series.name.empty()) columns.push_back(config_.series.name);
  return columns;
}

Source Plot::source(const Path& from, Context& context) const {
  const fs::path folder = find_folder(from.name, context);
  Source source{from.name, fs::is_directory(folder) ? read_results(folder.string(), from.name, columns()) : Table()};
  if (source.table.header.empty()) {
    const auto names = folders_with_tables(context.run_dir());
    throw Error(
        format("no step '{}' of this run has left a table{}", from.name, did_you_mean(from.name, NameList(names))),
        from.loc,
        names.empty() ? "sweeps and searches do, when they stand before the plot" : "there are: " + listed(names));
  }
  check_columns(source.table);
  return source;
}

void Plot::check_columns(const Table& table) const {
  const auto check = [&table](const Path& column) {
    if (column.name.empty() || table.find(column.name) >= 0) return;
    throw Error(
        format("{} has no column '{}'{}", table.file, column.name, did_you_mean(column.name, NameList(table.header))),
        column.loc, "columns are: " + listed(table.header));
  };
  check(config_.x), check(config_.series);
  for (const Path& y : config_.y) check(y);
}

Figure Plot::figure(const std::vector<Source>& sources) const {
  Figure figure;
  figure.title = config_.title, figure.kind = config_.kind;
  figure.log_x = config_.log_x, figure.log_y = config_.log_y;
  figure.stairs = config_.running != Running::none;
  figure.x_label = config_.x_label.empty() ? config_.x.name : config_.x_label;
  figure.y_label = config_.y_label;
  if (figure.y_label.empty() && config_.y.size() == 1) {
    figure.y_label = config_.y.front().name;
    if (figure.stairs) figure.y_label += config_.running == Running::max ? " (best so far)" : " (least so far)";
  }
  CurveOptions options{config_.x.name, {}, config_.series.name, config_.running, config_.kind == Kind::bars};
  for (const Path& y : config_.y) options.y.push_back(y.name);
  add_curves(figure, sources, options);
  return figure;
}

void Plot::run(Graph&, Context& context) {
  std::vector<Source> sources;
  for (const Path& from : config_.from) sources.push_back(source(from, context));
  const Figure drawn = figure(sources);
  int64_t points = 0;
  for (const Curve& curve : drawn.curves) points += static_cast<int64_t>(curve.points.size());
  if (points == 0) throw Error(format("nothing to draw: no row of {} has a number in y", sources.front().table.file));
  if (const auto bad = without_place(drawn); !bad.empty())
    throw Error(format("{}: {} has no place on a logarithmic axis", bad[0], bad[1]), {}, "leave it out");
  const std::string file = context.out_dir() + "/" + config_.name + ".svg";
  write_file(file, draw(drawn));
  const std::string shown = fs::path(file).lexically_relative(context.run_dir()).generic_string();
  context.report("file", shown);
  context.report("curves", static_cast<int64_t>(drawn.curves.size()));
  context.report("points", points);
  context.info("{}: {} curves, {} points", shown, drawn.curves.size(), points);
}

}  // namespace report
}  // namespace mase
