// mase schema: the language of recipes around the components' fields.
#include "cli/schema.h"

#include "cli/commands.h"
#include "cli/table.h"

namespace mase::cli {
namespace {

Map ref(const std::string& name) { return {{"$ref", "#/$defs/" + name}}; }
Map object(Map properties, List required = {}) {
  Map m{{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) m.set("required", std::move(required));
  return m;
}
Map described(const char* text, Map m) {
  m.set("description", text);
  return m;
}
Map any_of(List options) { return {{"anyOf", std::move(options)}}; }
Map typed(const char* type) { return {{"type", type}}; }
Map or_reference(Map m) { return any_of({std::move(m), ref("reference")}); }
Map list_of(Map item) { return {{"type", "array"}, {"items", std::move(item)}}; }
Map one_or_list(const Map& item) { return or_reference(any_of({item, list_of(item)})); }

Map domain() {
  const Map bounds = object({{"low", or_reference(typed("number"))},
                             {"high", or_reference(typed("number"))},
                             {"step", or_reference(typed("number"))},
                             {"log", or_reference(typed("boolean"))}},
                            {"low", "high"});
  const Map pair{{"type", "array"}, {"minItems", 2}, {"maxItems", 2}, {"items", or_reference(typed("number"))}};
  const auto range = [&](const char* key, const char* text) {
    return Value(object({{key, described(text, or_reference(any_of({pair, bounds})))}}, {key}));
  };
  return any_of({object({{"$choice", described("one of these", or_reference(typed("array")))}}, {"$choice"}),
                 range("$int", "an integer between two bounds"), range("$float", "a number between two bounds")});
}

Map where() {
  const Map names = one_or_list(typed("string"));
  Map properties{{"op", described("mase_op: linear, relu, ...", names)},
                 {"op_kind", described("FX's node kind: call_module, ...", names)},
                 {"name", described("seq_blocks_2 or seq_blocks.2", names)},
                 {"regex", described("matches the whole name", names)},
                 {"index", described("place among those selected; -1 is the last", one_or_list(typed("integer")))},
                 {"square", described("as many inputs as outputs", or_reference(typed("boolean")))},
                 {"not", ref("where")}};
  return or_reference(object(std::move(properties)));
}

Map common_properties() {
  return {{"name", described("names the step: its folder, and the prefix of its metrics", typed("string"))},
          {"when", described("false skips the step", or_reference(typed("boolean")))},
          {"seed", described("instead of the run's", or_reference(typed("integer")))}};
}

void add_all(Map& to, const Map& from) {
  for (const Entry& e : from) to.set(e.key, e.value);
}

Map use_step(FieldSchemas& fields) {
  const Value file =
      Map{{"type", "string"}, {"pattern", "\\.(ya?ml|json)$"}, {"description", "another recipe, whose steps are run"}};
  Map step = fields.use_and_with({"pass", "runner"}, {file});
  Map properties = step.at("properties").as_map();
  properties.set("where", described("which nodes", ref("where")));
  properties.set("each", described("one set of choices per selected node", {{"const", "node"}}));
  properties.set("if_missing", described("when nothing is selected", {{"enum", List{"error", "skip"}}}));
  add_all(properties, common_properties());
  step.set("properties", properties);
  step.set("type", "object");
  step.set("required", List{"use"});
  step.set("additionalProperties", false);
  return step;
}

// A model or data entry, also as a step.
Map part(FieldSchemas& fields, const std::string& kind) {
  Map full = fields.use_and_with({kind});
  Map properties = full.at("properties").as_map();
  const Value uses = properties.at("use");
  add_all(properties, common_properties());
  full.set("properties", properties);
  full.set("type", "object");
  full.set("required", List{"use"});
  full.set("additionalProperties", false);
  return any_of({full, uses});
}

Map sweep(FieldSchemas& fields) {
  Map properties{{"over", described("a map: every combination; a list of maps: exactly these rows",
                                    any_of({typed("object"), list_of(typed("object")), ref("reference")}))},
                 {"repeats", described("runs of each row with derived seeds",
                                       or_reference({{"type", "integer"}, {"minimum", 1}}))},
                 {"steps", ref("steps")},
                 {"pick", described("the row whose graph the recipe goes on with",
                                    any_of({Map{{"const", "none"}}, fields.chosen({"pick"})}))}};
  add_all(properties, common_properties());
  return object(std::move(properties), {"steps"});
}

Map search(FieldSchemas& fields) {
  const Map metric_numbers{{"type", "object"}, {"additionalProperties", or_reference(typed("number"))}};
  const Map directions{{"type", "object"}, {"additionalProperties", Map{{"enum", List{"maximize", "minimize"}}}}};
  const Map expressions = any_of({typed("string"), list_of(typed("string"))});
  const Map best{{"enum", List{"best", "none"}}};
  Map properties{
      {"sampler", described("proposes the trials", fields.chosen({"sampler"}))},
      {"trials", described("how many", or_reference({{"type", "integer"}, {"minimum", 1}}))},
      {"timeout", described("seconds", or_reference(typed("number")))},
      {"space",
       described("named domains, used as $name", {{"type", "object"}, {"additionalProperties", ref("domain")}})},
      {"steps", ref("steps")},
      {"evaluate", described("runners that judge a trial", list_of(ref("evaluate")))},
      {"score", described("metric: weight; one number, maximised", or_reference(metric_numbers))},
      {"relative_to", described("each metric is divided by its value before the search", {{"const", "start"}})},
      {"objectives", described("metric: direction; a front", or_reference(directions))},
      {"require", described("conditions on parameters", expressions)},
      {"constraints", described("conditions on metrics", expressions)},
      {"allow_test_in_search", typed("boolean")},
      {"pick", described("the trial whose graph the recipe goes on with", any_of({best, fields.chosen({"pick"})}))}};
  add_all(properties, common_properties());
  Map m = object(std::move(properties), {"sampler", "steps"});
  m.set("oneOf", List{Map{{"required", List{"score"}}}, Map{{"required", List{"objectives"}}}});
  return m;
}

Map evaluate(FieldSchemas& fields) {
  Map full = fields.use_and_with({"runner"});
  Map properties = full.at("properties").as_map();
  const Value uses = properties.at("use");
  properties.set("where", ref("where"));
  add_all(properties, common_properties());
  full.set("properties", properties);
  full.set("type", "object");
  full.set("required", List{"use"});
  full.set("additionalProperties", false);
  return any_of({full, uses});
}

}  // namespace

Map recipe_schema(const Registry& registry) {
  FieldSchemas fields(registry);
  const auto control = [&](const char* key, Map m) { return Value(object({{key, std::move(m)}}, {key})); };
  Map definitions{
      {"reference", Map{{"type", "string"},
                        {"pattern", "^\\$[A-Za-z_]|\\$\\{"},
                        {"description", "$name of a param, sweep variable or named domain; ${name} inside text"}}},
      {"domain", domain()},
      {"where", where()},
      {"steps", list_of(ref("step"))}};
  definitions.set("evaluate", evaluate(fields));
  definitions.set(
      "step", Map{{"oneOf", List{use_step(fields), control("search", search(fields)), control("sweep", sweep(fields)),
                                 control("model", ref("model")), control("data", ref("data"))}}});
  definitions.set("model", part(fields, "model"));
  definitions.set("data", part(fields, "dataset"));
  add_all(definitions, fields.take_definitions());
  const Map versions{{"type", "object"}, {"additionalProperties", typed("string")}};
  Map schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "mase recipe"}};
  add_all(schema, object({{"mase", described("version of the language", {{"const", 1}})},
                          {"name", described("the run's name", typed("string"))},
                          {"seed", described("everything random derives from it", or_reference(typed("integer")))},
                          {"params", described("what --set may change; used as $name", typed("object"))},
                          {"plugins", described("needed beyond the shipped ones", versions)},
                          {"model", ref("model")},
                          {"data", ref("data")},
                          {"steps", ref("steps")}},
                         {"mase", "steps"}));
  schema.set("$defs", definitions);
  return schema;
}

int schema_command(Registry& registry) {
  print(Value(recipe_schema(registry)).json(1) + "\n");
  return 0;
}

}  // namespace mase::cli
