// Fields and metrics as JSON, and the metrics that a component declares.
#include "cli/field_text.h"
#include "mase/pass.h"
#include "mase/runner.h"

namespace mase::cli {
namespace {

constexpr int kDeepest = 6;  // records may be recursive

}  // namespace

Value fields_json(const Fields& fields, int depth) {
  List list;
  for (const auto& f : fields.all()) {
    const FieldInfo& info = f.info;
    Map m{{"name", info.name}, {"type", info.type.str()}, {"doc", info.doc}, {"required", info.required}};
    if (!info.required) m.set("default", info.default_value);
    if (info.low) m.set("low", *info.low);
    if (info.high) m.set("high", *info.high);
    if (!info.unit.empty()) m.set("unit", info.unit);
    const auto& choices = info.choices.empty() ? info.type.choices : info.choices;
    if (!choices.empty()) m.set("choices", Value(choices));
    if (!info.type.component_kind.empty()) m.set("component", info.type.component_kind);
    if (const Fields* record = record_of(info.type); record && depth < kDeepest)
      m.set("fields", fields_json(*record, depth + 1));
    list.emplace_back(std::move(m));
  }
  return list;
}

Value metrics_json(const std::vector<MetricInfo>& metrics) {
  static const char* const kDirections[] = {"maximize", "minimize", "none"};
  List list;
  for (const MetricInfo& m : metrics)
    list.emplace_back(Map{{"name", m.name},
                          {"unit", m.unit},
                          {"direction", kDirections[static_cast<int>(m.direction)]},
                          {"measured_time", m.measured_time},
                          {"doc", m.doc}});
  return list;
}

std::vector<MetricInfo> metrics_of(Registry& registry, const ComponentInfo& info, std::string* why) try {
  if (info.kind != Runner::kKind && info.kind != Pass::kKind) return {};
  const Chosen example(info.name, example_with(info, registry));
  if (info.kind == Runner::kKind) return registry.create<Runner>(example)->metrics();
  return registry.create<Pass>(example)->metrics();
} catch (const Error& e) {
  if (why) *why = e.message();
  return {};
}

}  // namespace mase::cli
