// mase list: components, metrics and plugins, one line each.
#include <algorithm>
#include <cstdio>

#include "cli/commands.h"
#include "cli/field_text.h"
#include "cli/table.h"
#include "mase/text.h"

namespace mase::cli {
namespace {

int list_metrics(Registry& registry, bool json) {
  List all;
  Table table;
  for (const ComponentInfo* info : registry.all()) {
    const auto metrics = metrics_of(registry, *info);
    const Value described = metrics_json(metrics);
    for (size_t i = 0; i < metrics.size(); ++i) {
      Map m = described.as_list()[i].as_map();
      table.row({m.at("name").as_string(), info->name, m.at("direction").as_string(), m.at("unit").as_string(),
                 m.at("doc").as_string()});
      m.set("component", info->name);
      all.emplace_back(std::move(m));
    }
  }
  table.sort();
  print(json ? Value(all).json(2) + "\n" : table.text());
  return 0;
}

int list_plugins(Registry& registry, bool json) {
  List all;
  Table table;
  for (const LoadedPlugin& p : registry.plugins()) {
    table.row({p.name, p.version, counted(p.components.size(), "component"), p.doc});
    all.emplace_back(Map{{"name", p.name},
                         {"version", p.version},
                         {"doc", p.doc},
                         {"file", p.file},
                         {"components", Value(p.components)}});
  }
  List refused;
  for (const PluginNote& n : registry.notes())
    refused.emplace_back(Map{{"file", n.file}, {"text", n.text}, {"error", n.error}});
  table.sort();
  print(json ? Value(Map{{"plugins", all}, {"notes", refused}}).json(2) + "\n" : table.text());
  return 0;
}

[[noreturn]] void unknown_kind(const Registry& registry, const std::string& what) {
  std::vector<std::string> kinds = registry.kinds();
  kinds.insert(kinds.end(), {"metrics", "plugins"});
  std::string all;
  for (const auto& k : kinds) all += (all.empty() ? "" : ", ") + k;
  throw Error(format("no component kind '{}'{}", what, did_you_mean(what, NameList(kinds))), {}, "kinds are: " + all);
}

}  // namespace

int list_command(Registry& registry, const std::string& what, bool json) {
  if (what == "metrics") return list_metrics(registry, json);
  if (what == "plugins") return list_plugins(registry, json);
  std::string kind = what;
  const auto kinds = registry.kinds();
  const auto known = [&](const std::string& k) { return std::find(kinds.begin(), kinds.end(), k) != kinds.end(); };
  if (kind.ends_with('s') && !known(kind)) kind.pop_back();  // "formats" as well as "format"
  if (!what.empty() && !known(kind)) unknown_kind(registry, what);
  List all;
  Table table;
  for (const ComponentInfo* info : what.empty() ? registry.all() : registry.list(kind)) {
    if (what.empty())
      table.row({info->name, info->kind, info->doc});
    else
      table.row({info->name, info->doc});
    all.emplace_back(Map{{"name", info->name}, {"kind", info->kind}, {"plugin", info->plugin}, {"doc", info->doc}});
  }
  print(json ? Value(all).json(2) + "\n" : table.text());
  return 0;
}

}  // namespace mase::cli
