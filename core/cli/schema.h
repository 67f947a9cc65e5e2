// The JSON Schema of recipes: what an editor needs to complete, explain and check a recipe while it is typed.
#pragma once
#include <map>
#include <string>

#include "loader/registry.h"

namespace mase::cli {

// Components and their fields as definitions of the schema.
class FieldSchemas {
 public:
  explicit FieldSchemas(const Registry& registry) : registry_(registry) {}

  // {use, with} or a bare name, for every component of these kinds.
  Map chosen(const std::vector<std::string>& kinds);
  // {properties: {use, ...}, allOf: [if use is this, then with is that, ...]}; `use` may have further forms.
  Map use_and_with(const std::vector<std::string>& kinds, List more_uses = {});
  Map take_definitions() { return std::move(definitions_); }

 private:
  Map value(const FieldInfo& field, const TypeInfo& type);
  Map typed(const FieldInfo& field, const TypeInfo& type);
  Map record(const Fields& fields);
  std::string record_name(const Fields& fields, const std::string& wish);

  const Registry& registry_;
  Map definitions_;
  std::map<const Fields*, std::string> names_;
  std::string owner_;  // the component whose fields are being described: names its records
};

Map recipe_schema(const Registry& registry);

}  // namespace mase::cli
