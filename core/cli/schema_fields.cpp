// Fields as JSON Schema. Every value may also be a reference, and in a search a domain.
#include <cmath>
#include <utility>

#include "cli/schema.h"

namespace mase::cli {
namespace {

Map reference(const std::string& name) { return {{"$ref", "#/$defs/" + name}}; }

Value limit(double v, bool whole) { return whole && std::floor(v) == v ? Value(static_cast<int64_t>(v)) : Value(v); }

void add_limits(Map& m, const FieldInfo& field, bool whole) {
  if (field.low) m.set("minimum", limit(*field.low, whole));
  if (field.high) m.set("maximum", limit(*field.high, whole));
}

}  // namespace

Map FieldSchemas::typed(const FieldInfo& field, const TypeInfo& type) {
  using K = TypeInfo::Kind;
  Map m;
  switch (type.kind) {
    case K::any:
      return m;
    case K::boolean:
      return {{"type", "boolean"}};
    case K::integer:
    case K::real:
      m.set("type", type.kind == K::integer ? "integer" : "number");
      add_limits(m, field, type.kind == K::integer);
      return m;
    case K::string:
      if (!field.choices.empty()) return {{"enum", Value(field.choices)}};
      return {{"type", "string"}};
    case K::enumeration:
      return {{"enum", Value(type.choices)}};
    case K::list:
      return {{"type", "array"}, {"items", value(field, type.item.front())}};
    case K::map:
      return {{"type", "object"}, {"additionalProperties", value(field, type.item.front())}};
    case K::optional:
      return {{"anyOf", List{typed(field, type.item.front()), Map{{"type", "null"}}}}};
    case K::record:
      return reference(record_name(type.record(), field.name));
    case K::component:
      return chosen({type.component_kind});
  }
  return m;
}

Map FieldSchemas::value(const FieldInfo& field, const TypeInfo& type) {
  if (type.kind == TypeInfo::Kind::any) return {};
  return {{"anyOf", List{typed(field, type), reference("reference"), reference("domain")}}};
}

Map FieldSchemas::record(const Fields& fields) {
  Map properties;
  List required;
  for (const auto& f : fields.all()) {
    Map m{{"description", f.info.unit.empty() ? f.info.doc : f.info.doc + " [" + f.info.unit + "]"}};
    if (!f.info.required) m.set("default", f.info.default_value);
    for (const Entry& e : value(f.info, f.info.type)) m.set(e.key, e.value);
    properties.set(f.info.name, std::move(m));
    if (f.info.required) required.emplace_back(f.info.name);
  }
  Map m{{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
  if (!required.empty()) m.set("required", required);
  return m;
}

// Records may be recursive: a name first, then the fields.
std::string FieldSchemas::record_name(const Fields& fields, const std::string& wish) {
  if (const auto it = names_.find(&fields); it != names_.end()) return it->second;
  const std::string base = owner_ + ":" + wish;
  std::string name = base;
  for (int n = 2; definitions_.find(name); ++n) name = base + std::to_string(n);
  names_[&fields] = name;
  definitions_.set(name, Map{});
  Map m = record(fields);
  definitions_[name] = std::move(m);
  return name;
}

Map FieldSchemas::use_and_with(const std::vector<std::string>& kinds, List more_uses) {
  List uses, rules;
  for (const std::string& kind : kinds)
    for (const ComponentInfo* info : registry_.list(kind)) {
      uses.emplace_back(Map{{"const", info->name}, {"description", info->doc}});
      const std::string outer = std::exchange(owner_, info->name);
      Map with{{"type", "object"}, {"maxProperties", 0}};
      if (info->fields) with = reference(record_name(*info->fields, "with"));
      owner_ = outer;
      const Map either{{"anyOf", List{with, reference("reference"), reference("domain"), Map{{"type", "null"}}}}};
      rules.emplace_back(
          Map{{"if", Map{{"properties", Map{{"use", Map{{"const", info->name}}}}}, {"required", List{"use"}}}},
              {"then", Map{{"properties", Map{{"with", either}}}}}});
    }
  for (Value& more : more_uses) uses.push_back(std::move(more));
  uses.emplace_back(reference("reference"));
  Map m{{"properties", Map{{"use", Map{{"description", "the component"}, {"anyOf", uses}}},
                           {"with", Map{{"description", "its fields"}}}}}};
  if (!rules.empty()) m.set("allOf", rules);
  return m;
}

Map FieldSchemas::chosen(const std::vector<std::string>& kinds) {
  std::string name = "component";
  for (const auto& kind : kinds) name += ":" + kind;
  if (definitions_.find(name)) return reference(name);
  definitions_.set(name, Map{});  // kinds may contain each other
  Map full = use_and_with(kinds);
  full.set("type", "object");
  full.set("required", List{"use"});
  full.set("additionalProperties", false);
  const Value uses = full.at("properties").as_map().at("use");
  definitions_[name] =
      Map{{"anyOf", List{full, uses, Map{{"type", "null"}}, reference("reference"), reference("domain")}}};
  return reference(name);
}

}  // namespace mase::cli
