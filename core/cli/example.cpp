// Examples of components, as recipes have them: made of the declared fields, and accepted by the component's own check.
#include "cli/field_text.h"
#include "mase/text.h"

namespace mase::cli {
namespace {

// The first component of the kind that needs no fields.
Value component_sample(const std::string& kind, const Components& components) {
  for (const ComponentInfo* info : components.list(kind))
    if (info->check(Map{}).empty()) return info->name;
  return "...";
}

std::vector<Value> samples(const FieldInfo& field, const TypeInfo& type, const Components& components);

// An empty record, and one with each of its fields alone; records may be recursive, so only plain fields.
std::vector<Value> record_samples(const Fields& fields, const Components& components) {
  std::vector<Value> all{Map{}};
  for (const auto& f : fields.all())
    if (!record_of(f.info.type)) all.push_back(Map{{f.info.name, samples(f.info, f.info.type, components).front()}});
  return all;
}

// Values of this type for an example, the most likely one first.
std::vector<Value> samples(const FieldInfo& field, const TypeInfo& type, const Components& components) {
  using K = TypeInfo::Kind;
  std::vector<Value> all;
  switch (type.kind) {
    case K::boolean:
      return {true};
    case K::integer:
      return {static_cast<int64_t>(field.low.value_or(1))};
    case K::real:
      return {field.low.value_or(1.0)};
    case K::enumeration:
      return {type.choices.empty() ? Value("...") : Value(type.choices.front())};
    case K::list:
      for (const Value& item : samples(field, type.item.front(), components)) all.push_back(List{item});
      all.push_back(List{all.front().as_list()[0], all.front().as_list()[0]});
      return all;
    case K::optional:
      return samples(field, type.item.front(), components);
    case K::component:
      return {component_sample(type.component_kind, components)};
    case K::map:
      return {Map{}};
    case K::record:
      return record_samples(type.record(), components);
    case K::string:
      return {field.choices.empty() ? Value("...") : Value(field.choices.front())};
    default:
      return {1, "..."};
  }
}

bool is_empty(const Value& v) {
  return v.is_null() || (v.is_string() && v.as_string().empty()) || (v.is_list() && v.as_list().empty()) ||
         (v.is_map() && v.as_map().empty());
}

// Changes fields one after another until the component's own check has nothing left to say, or nothing helps.
Map accepted(Map with, const ComponentInfo& info, const Components& components) {
  size_t problems = info.check(with).size();
  for (const auto& f : info.fields->all()) {
    if (problems == 0) break;
    for (const Value& value : samples(f.info, f.info.type, components)) {
      Map other = with;
      other.set(f.info.name, value);
      const size_t left = info.check(other).size();
      if (left < problems) with = std::move(other), problems = left;
    }
  }
  return with;
}

}  // namespace

Map example_with(const ComponentInfo& info, const Components& components) {
  constexpr size_t kFew = 3;
  Map with;
  if (!info.fields) return with;
  for (const auto& f : info.fields->all())
    if (f.info.required) with.set(f.info.name, samples(f.info, f.info.type, components).front());
  for (const auto& f : info.fields->all())
    if (with.size() < kFew && !f.info.required && !is_empty(f.info.default_value))
      with.set(f.info.name, f.info.default_value);
  return accepted(std::move(with), info, components);
}

std::string example_text(const ComponentInfo& info, const Components& components) {
  const Map with = example_with(info, components);
  const std::string inner = with.empty() ? "" : ", with: " + yaml_flow(with);
  const std::string chosen = format("{{use: {}{}}}", info.name, inner);
  if (info.kind == "pass" || info.kind == "runner")
    return format("- use: {}\n", info.name) + (with.empty() ? "" : format("  with: {}\n", yaml_flow(with)));
  if (info.kind == "model") return format("model: {}\n", chosen);
  if (info.kind == "dataset") return format("data: {}\n", chosen);
  if (info.kind == "sampler") return format("sampler: {}\n", chosen);
  if (info.kind == "pick") return format("pick: {}\n", chosen);
  if (info.kind == "format") return format("weight: {}\n", chosen);
  return chosen + "\n";
}

}  // namespace mase::cli
