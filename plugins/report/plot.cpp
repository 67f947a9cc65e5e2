// report.plot: what the recipe asks for, drawn into a file.
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

namespace report {
namespace {

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
  check_file_name(name, "plots", v.loc);
}

std::vector<Path> Plot::columns() const {
  std::vector<Path> columns = {config_.x};
  columns.insert(columns.end(), config_.y.begin(), config_.y.end());
  if (!config_.series.name.empty()) columns.push_back(config_.series);
  return columns;
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
  for (const Path& from : config_.from) sources.push_back({from.name, find_table(from, columns(), context)});
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
