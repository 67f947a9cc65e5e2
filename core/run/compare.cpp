// compare: metrics, recipes, what --set gave and formats of several runs side by side.
#include <algorithm>
#include <filesystem>
#include <map>

#include "log/print.h"
#include "mase/text.h"
#include "run/files.h"
#include "run/folder.h"
#include "run/journal.h"
#include "run/run.h"
#include "run/summary.h"

namespace mase {
namespace fs = std::filesystem;
namespace {

struct Known {
  std::string name;
  Map record;
  std::string recipe;  // its text
  Map sets;            // --set, the last of a name
  Map formats;
};

Known open_run(const std::string& folder) {
  if (!holds_run(folder)) throw Error(format("{} holds no run", folder));
  Known run;
  run.name = fs::path(folder).lexically_normal().filename().string();
  if (run.name.empty()) run.name = fs::path(folder).lexically_normal().parent_path().filename().string();
  run.record = Value::parse_json(read_text((fs::path(folder) / "run.json").string()), "run.json").as_map();
  const std::string recipe = (fs::path(folder) / "recipe.yaml").string(), model = (fs::path(folder) / "model").string();
  if (exists(recipe)) run.recipe = read_text(recipe);
  if (exists((fs::path(folder) / "state" / "journal.json").string()))
    for (const auto& [name, value] : Journal::read(folder).sets) run.sets.set(name, value);
  if (exists(model)) run.formats = formats_of(load(model));
  return run;
}

// Names of all runs' maps, in the order in which they are met.
std::vector<std::string> all_keys(const std::vector<const Map*>& maps) {
  std::vector<std::string> keys;
  for (const Map* m : maps)
    for (const Entry& e : *m)
      if (std::find(keys.begin(), keys.end(), e.key) == keys.end()) keys.push_back(e.key);
  return keys;
}

std::string cell(const Value* v) {
  if (!v) return "-";
  if (v->is_string()) return v->as_string();
  return v->is_number() && !v->is_int() ? format("{:.6g}", v->as_double()) : v->brief();
}

Map metrics_of(const Known& run) {
  const Value* metrics = run.record.find("metrics");
  return metrics && metrics->is_map() ? metrics->as_map() : Map();
}

std::vector<std::string> header(const char* first, const std::vector<Known>& runs) {
  std::vector<std::string> names{first};
  for (const Known& r : runs) names.push_back(r.name);
  return names;
}

// One row per name, one column per run.
std::string side_by_side(const char* first, const std::vector<Known>& runs, const std::vector<Map>& maps) {
  std::vector<const Map*> pointers;
  for (const Map& m : maps) pointers.push_back(&m);
  std::vector<std::vector<std::string>> rows{header(first, runs)};
  for (const std::string& key : all_keys(pointers)) {
    rows.push_back({key});
    for (const Map& m : maps) rows.back().push_back(cell(m.find(key)));
  }
  return text_table(rows);
}

std::string metrics_text(const std::vector<Known>& runs) {
  std::vector<Map> metrics;
  for (const Known& r : runs) metrics.push_back(metrics_of(r));
  return side_by_side("metric", runs, metrics);
}

std::string sets_text(const std::vector<Known>& runs) {
  std::vector<Map> sets;
  for (const Known& r : runs) sets.push_back(r.sets);
  const bool any = std::any_of(sets.begin(), sets.end(), [](const Map& m) { return !m.empty(); });
  return any ? side_by_side("--set", runs, sets) : "";
}

std::string formats_text(const std::vector<Known>& runs) {
  std::vector<const Map*> nodes;
  for (const Known& r : runs) nodes.push_back(&r.formats);
  std::vector<std::vector<std::string>> rows{header("format", runs)};
  for (const std::string& node : all_keys(nodes)) {
    std::vector<const Map*> tensors;
    for (const Known& r : runs)
      if (const Value* v = r.formats.find(node)) tensors.push_back(&v->as_map());
    for (const std::string& tensor : all_keys(tensors)) {
      rows.push_back({node + " " + tensor});
      for (const Known& r : runs) {
        const Value* v = r.formats.find(node);
        rows.back().push_back(cell(v ? v->as_map().find(tensor) : nullptr));
      }
    }
  }
  return rows.size() > 1 ? text_table(rows) : "";
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

// Lines of `b` against those of `a`, as diff shows them: the longest common subsequence stays.
List differences(const std::string& a, const std::string& b) {
  const auto x = lines_of(a), y = lines_of(b);
  std::vector<std::vector<int>> common(x.size() + 1, std::vector<int>(y.size() + 1));
  for (size_t i = x.size(); i-- > 0;)
    for (size_t j = y.size(); j-- > 0;)
      common[i][j] = x[i] == y[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
  List lines;
  size_t i = 0, j = 0;
  while (i < x.size() || j < y.size()) {
    if (i < x.size() && j < y.size() && x[i] == y[j]) {
      ++i, ++j;
    } else if (j >= y.size() || (i < x.size() && common[i + 1][j] >= common[i][j + 1])) {
      lines.emplace_back("- " + x[i++]);
    } else {
      lines.emplace_back("+ " + y[j++]);
    }
  }
  return lines;
}

void print_text(const std::vector<Known>& runs) {
  std::string text = metrics_text(runs);
  for (size_t i = 1; i < runs.size(); ++i) {
    const List lines = differences(runs[0].recipe, runs[i].recipe);
    text += lines.empty() ? format("\nrecipes of {} and {}: equal\n", runs[0].name, runs[i].name)
                          : format("\nrecipe of {} (-) and {} (+):\n", runs[0].name, runs[i].name);
    for (const Value& line : lines) text += "  " + line.as_string() + "\n";
  }
  if (const std::string sets = sets_text(runs); !sets.empty()) text += "\n" + sets;
  if (const std::string formats = formats_text(runs); !formats.empty()) text += "\n" + formats;
  print(text);
}

void print_json(const std::vector<Known>& runs) {
  List list;
  for (const Known& r : runs)
    list.push_back(Map{{"run", r.name},
                       {"metrics", metrics_of(r)},
                       {"set", r.sets},
                       {"formats", r.formats},
                       {"recipe_differences", differences(runs[0].recipe, r.recipe)}});
  print(Value(std::move(list)).json(2) + "\n");
}

}  // namespace

int compare_runs(const std::vector<std::string>& folders, bool json) {
  std::vector<Known> runs;
  for (const std::string& folder : folders) runs.push_back(open_run(folder));
  if (runs.empty()) throw Error("compare needs at least one run");
  json ? print_json(runs) : print_text(runs);
  return 0;
}

}  // namespace mase
