// Groups rows by source, y and series; repeats of one x become a mean with its standard deviation.
#include "curves.h"

#include <mase/value.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

namespace mase::report {
namespace {

// What a cell is called in a legend: a component by its name, anything else as it stands.
std::string spoken(const std::string& cell) {
  if (cell.rfind("{\"use\":", 0) != 0) return cell;
  try {
    return Chosen::from(Value::parse_json(cell, "cell")).name();
  } catch (const Error&) {
    return cell;
  }
}

// Numbers for x: as they stand, or places in the order of appearance when one of them is not a number.
class XAxis {
 public:
  XAxis(Figure& figure, const std::vector<Source>& sources, const CurveOptions& options) : figure_(figure) {
    bool numbers = !options.by_category;
    std::vector<std::string> cells;
    for (const Source& s : sources)
      for (size_t r = 0; r < s.table.rows.size(); ++r) {
        cells.push_back(s.table.cell(r, s.table.find(options.x)));
        numbers = numbers && number(cells.back()).has_value();
      }
    if (numbers) return;
    if (std::all_of(cells.begin(), cells.end(), [](const std::string& c) { return number(c).has_value(); }))
      std::stable_sort(cells.begin(), cells.end(),
                       [](const auto& a, const auto& b) { return *number(a) < *number(b); });
    for (const std::string& cell : cells) place(spoken(cell), true);
  }

  double at(const std::string& cell) { return figure_.categories.empty() ? *number(cell) : place(spoken(cell), false); }

 private:
  double place(const std::string& name, bool add) {
    auto& all = figure_.categories;
    const auto it = std::find(all.begin(), all.end(), name);
    const auto index = static_cast<double>(it - all.begin());
    if (it == all.end() && add) all.push_back(name);
    return index;
  }
  Figure& figure_;
};

struct Samples {
  std::string label;
  std::map<int, std::vector<std::pair<double, double>>> traces;  // in the order of the rows
};

Samples& samples_of(std::vector<Samples>& all, const std::string& label) {
  const auto it = std::find_if(all.begin(), all.end(), [&](const Samples& s) { return s.label == label; });
  if (it != all.end()) return *it;
  all.push_back({label, {}});
  return all.back();
}

std::string label_of(const Source& source, const std::string& y, size_t row, const CurveOptions& o, bool many) {
  std::string label;
  const auto add = [&label](const std::string& part) { label += (label.empty() ? "" : ", ") + part; };
  if (many) add(source.name);
  if (!o.series.empty()) {
    const std::string cell = spoken(source.table.cell(row, source.table.find(o.series)));
    add(number(cell) || cell.empty() || cell == "true" || cell == "false" ? o.series + " = " + cell : cell);
  }
  if (o.y.size() > 1 || label.empty()) add(y);
  return label;
}

void run_best(std::vector<std::pair<double, double>>& trace, Running running) {
  if (running == Running::none) return;
  for (size_t i = 1; i < trace.size(); ++i) {
    const double before = trace[i - 1].second;
    double& now = trace[i].second;
    now = running == Running::max ? std::max(now, before) : std::min(now, before);
  }
}

Point summarize(double x, const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  double mean = 0, squares = 0;
  for (const double v : values) mean += v / n;
  for (const double v : values) squares += (v - mean) * (v - mean);
  const double deviation = values.size() > 1 ? std::sqrt(squares / (n - 1)) : 0;
  return {x, mean, mean - deviation, mean + deviation, static_cast<int>(values.size())};
}

Curve curve_of(Samples& samples, Running running) {
  std::map<double, std::vector<double>> by_x;
  for (auto& [name, trace] : samples.traces) {
    if (running != Running::none)
      std::stable_sort(trace.begin(), trace.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    run_best(trace, running);
    for (const auto& [x, y] : trace) by_x[x].push_back(y);
  }
  Curve curve{samples.label, {}};
  for (const auto& [x, values] : by_x) curve.points.push_back(summarize(x, values));
  return curve;
}

}  // namespace

void add_curves(Figure& figure, const std::vector<Source>& sources, const CurveOptions& options) {
  XAxis axis(figure, sources, options);
  std::vector<Samples> all;
  for (const std::string& y : options.y)
    for (const Source& source : sources) {
      const Results& t = source.table;
      const int x_column = t.find(options.x), y_column = t.find(y);
      for (size_t r = 0; r < t.rows.size(); ++r) {
        const auto value = number(t.cell(r, y_column));
        if (!value) continue;
        Samples& samples = samples_of(all, label_of(source, y, r, options, sources.size() > 1));
        samples.traces[t.trace[r]].emplace_back(axis.at(t.cell(r, x_column)), *value);
      }
    }
  for (Samples& samples : all) figure.curves.push_back(curve_of(samples, options.running));
}

}  // namespace mase::report
