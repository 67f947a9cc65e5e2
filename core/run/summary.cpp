// The last lines of a run, on standard output.
#include "run/summary.h"

#include <algorithm>

#include "log/print.h"
#include "mase/text.h"

namespace mase {
namespace {

std::string shown(const TensorMeta& m) {
  if (!m.format) return {};
  std::string name(m.format.short_name());
  if (m.point()) return name + " " + m.point()->str();
  std::string numbers;
  for (const int64_t p : m.precision()) numbers += format("{}{}", numbers.empty() ? "" : ", ", p);
  return numbers.empty() ? name : format("{} [{}]", name, numbers);
}

std::string number_text(const Value& v) {
  if (v.is_number() && !v.is_int()) return format("{:.6g}", v.as_double());
  return v.is_string() ? v.as_string() : v.brief();
}

std::string metrics_text(const Map& metrics) {
  std::vector<std::vector<std::string>> rows{{"metric", "value"}};
  for (const Entry& e : metrics) rows.push_back({e.key, number_text(e.value)});
  return rows.size() > 1 ? text_table(rows) : "";
}

std::string formats_text(const Graph& graph) {
  const Map formats = formats_of(graph);
  std::vector<std::string> columns;
  for (const Entry& node : formats)
    for (const Entry& e : node.value.as_map())
      if (std::find(columns.begin(), columns.end(), e.key) == columns.end()) columns.push_back(e.key);
  if (columns.empty()) return {};
  std::vector<std::vector<std::string>> rows{{"node"}};
  rows[0].insert(rows[0].end(), columns.begin(), columns.end());
  for (const Entry& node : formats) {
    rows.push_back({node.key});
    for (const std::string& c : columns) {
      const Value* v = node.value.as_map().find(c);
      rows.back().push_back(v ? v->as_string() : "-");
    }
  }
  return text_table(rows);
}

std::string numbered(const Value& count, const char* what, const char* plural) {
  return count.json() + " " + what + (count == Value(1) ? "" : plural);
}

// "0 mismatches of 3600 words", for every simulation among the metrics.
std::string simulations_text(const Map& metrics) {
  std::string text;
  for (const Entry& e : metrics) {
    if (!e.key.ends_with("mismatches")) continue;
    const Value* words = metrics.find(e.key.substr(0, e.key.size() - 10) + "words");
    if (words) text += format("{} of {}\n", numbered(e.value, "mismatch", "es"), numbered(*words, "word", "s"));
  }
  return text;
}

}  // namespace

Map formats_of(const Graph& graph) {
  Map nodes;
  for (const Node* n : graph.nodes()) {
    Map formats;
    for (const TensorMetas* list : {&n->meta.common.args, &n->meta.common.results})
      for (const TensorMeta& m : *list)
        if (const std::string text = shown(m); !text.empty()) formats.set(m.name, text);
    if (!formats.empty()) nodes.set(n->name, std::move(formats));
  }
  return nodes;
}

std::string text_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows)
    for (size_t i = 0; i < row.size(); ++i) {
      if (i >= widths.size()) widths.push_back(0);
      widths[i] = std::max(widths[i], row[i].size());
    }
  std::string text;
  for (const auto& row : rows) {
    std::string line = " ";
    for (size_t i = 0; i < row.size(); ++i) line += " " + row[i] + std::string(widths[i] - row[i].size() + 1, ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

void print_summary(const RunRecord& record, const State& state, const Session& session) {
  std::string text;
  for (const std::string& part : {metrics_text(record.level.metrics), state.graph ? formats_text(*state.graph) : "",
                                  simulations_text(record.level.metrics)})
    if (!part.empty()) text += "\n" + part;
  text += format("\nrun folder: {}\n", session.run_dir);
  print(text);
}

}  // namespace mase
