// Fields as people read them: one wording for describe, the manual and examples.
#pragma once
#include <string>

#include "loader/registry.h"

namespace mase::cli {

std::string type_text(const FieldInfo& field);     // "integer in [1, 64]", "one of a, b", "format"
std::string default_text(const FieldInfo& field);  // "8", "required"
constexpr int kDeepestRecord = 4;                  // shown; records may be recursive
// The fields of a record inside `type` (also of a list's or map's items), or nullptr.
const Fields* record_of(const TypeInfo& type);

// A value as YAML in one line: {width: 8, mode: 'yes'}.
std::string yaml_flow(const Value& value);
// Fields of the component that its own check accepts: what it needs, and a few that say something.
Map example_with(const ComponentInfo& info, const Components& components);
// A step, or the place where a component of this kind stands, as a recipe has it.
std::string example_text(const ComponentInfo& info, const Components& components);
// "Q5.3" when the fields are those of a fixed-point number and have defaults; "" otherwise.
std::string q_notation(const ComponentInfo& info);

Value fields_json(const Fields& fields, int depth = 0);
Value metrics_json(const std::vector<MetricInfo>& metrics);

// What a runner or pass reports, from an instance with the fields of its example; `why` says why none could be made.
std::vector<MetricInfo> metrics_of(Registry& registry, const ComponentInfo& info, std::string* why = nullptr);

}  // namespace mase::cli
