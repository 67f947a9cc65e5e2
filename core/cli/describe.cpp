// mase describe: all that a component says about itself.
#include "cli/commands.h"
#include "cli/field_text.h"
#include "cli/table.h"
#include "mase/text.h"

namespace mase::cli {
namespace {

void add_fields(Table& table, const Fields& fields, int depth) {
  for (const auto& f : fields.all()) {
    const std::string doc = f.info.unit.empty() ? f.info.doc : format("{} [{}]", f.info.doc, f.info.unit);
    table.wrapped_row(
        {std::string(static_cast<size_t>(2 * depth), ' ') + f.info.name, type_text(f.info), default_text(f.info), doc});
    const Fields* record = record_of(f.info.type);
    if (record && record != &fields && depth < kDeepestRecord) add_fields(table, *record, depth + 1);
  }
}

std::string metrics_text(const std::vector<MetricInfo>& metrics) {
  Table table;
  const Value described = metrics_json(metrics);
  for (const Value& v : described.as_list()) {
    const Map& m = v.as_map();
    table.row({m.at("name").as_string(), m.at("direction").as_string(), m.at("unit").as_string(),
               m.at("doc").as_string() + (m.at("measured_time").as_bool() ? " (measured time)" : "")});
  }
  return table.text("  ");
}

std::string indented(const std::string& text) {
  std::string out = "  ";
  for (size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text[i] == '\n' && i + 1 < text.size()) out += "  ";
  }
  return out;
}

int describe_plugin(const LoadedPlugin& plugin, Registry& registry, bool json) {
  if (json) {
    print(Value(Map{{"name", plugin.name},
                    {"version", plugin.version},
                    {"doc", plugin.doc},
                    {"file", plugin.file},
                    {"components", Value(plugin.components)}})
              .json(2) +
          "\n");
    return 0;
  }
  Table table;
  for (const std::string& name : plugin.components) table.row({name, registry.at(name).kind, registry.at(name).doc});
  print(format("plugin {} {}\n{}\n\n", plugin.name, plugin.version, plugin.doc) + table.text("  "));
  return 0;
}

}  // namespace

int describe_command(Registry& registry, const std::string& name, bool json) {
  for (const LoadedPlugin& plugin : registry.plugins())
    if (plugin.name == name) return describe_plugin(plugin, registry, json);
  const ComponentInfo& info = registry.at(name);
  std::string why;
  const auto metrics = metrics_of(registry, info, &why);
  if (json) {
    Map m{{"name", info.name}, {"kind", info.kind}, {"plugin", info.plugin}, {"doc", info.doc}};
    m.set("fields", info.fields ? fields_json(*info.fields) : Value(List{}));
    m.set("metrics", metrics_json(metrics));
    m.set("example", example_text(info, registry));
    print(Value(m).json(2) + "\n");
    return 0;
  }
  std::string text = format("{} ({}, plugin {})\n{}\n", info.name, info.kind, info.plugin, info.doc);
  if (const std::string q = q_notation(info); !q.empty())
    text += format("By default {} (integer bits.fraction bits).\n", q);
  if (info.fields && !info.fields->all().empty()) {
    Table table;
    table.row({"name", "type", "default", "meaning"});
    add_fields(table, *info.fields, 0);
    text += "\nfields\n" + table.text("  ");
  }
  if (!metrics.empty()) text += "\nmetrics\n" + metrics_text(metrics);
  if (!why.empty()) text += "\nmetrics depend on its fields: " + why + "\n";
  print(text + "\nexample\n" + indented(example_text(info, registry)));
  return 0;
}

}  // namespace mase::cli
