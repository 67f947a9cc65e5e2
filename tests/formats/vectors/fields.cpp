// The names that manifests and components use for the same thing.
#include "fields.h"

#include <map>

#include "mase/text.h"

namespace vectors {
namespace {

using mase::Map;
using mase::Value;

// A parameter's own name comes first; then what other components call it.
const std::map<std::string, std::vector<std::string>>& aliases() {
  static const std::map<std::string, std::vector<std::string>> names = {
      {"exp_bits", {"exponent_width", "exponent_bits", "element_exp_bits"}},
      {"frac_bits", {"mantissa_width", "fraction_width", "frac_width", "mantissa_bits", "element_frac_bits"}},
      {"element_exp_bits", {"exponent_width", "exp_bits", "exponent_bits"}},
      {"element_frac_bits", {"mantissa_width", "fraction_width", "frac_width", "frac_bits", "mantissa_bits"}},
      {"element_is_finite", {"is_finite"}},
      {"is_finite", {"element_is_finite"}},
      {"element_bits", {"width"}},
      {"scale_bits", {"scale_width", "exponent_width"}},
      {"block_size", {"block"}},
      {"block_dim", {"axis"}},
      {"parallelism", {"block_size", "block"}},
      {"scaling_factor", {"scaled"}},
      {"exponent_bias", {"bias"}},
  };
  return names;
}

std::string own_name(const mase::Fields& fields, const std::string& name) {
  if (fields.find(name)) return name;
  const auto it = aliases().find(name);
  if (it == aliases().end()) return {};
  for (const std::string& other : it->second)
    if (fields.find(other)) return other;
  return {};
}

bool switches_off(const Value& v) { return v.is_null() || (v.is_bool() && !v.as_bool()); }

// Parameters that a component expresses by another field.
bool by_other_field(const mase::Fields& fields, const std::string& name, const Value& v, Map& with) {
  // MASE's ru and rd are meant of magnitudes (D11b).
  static const std::map<std::string, const char*> roundings = {
      {"rn", "nearest_even"}, {"rz", "toward_zero"}, {"ru", "away_from_zero"}, {"rd", "toward_zero"}};
  if (name == "round_mode" && fields.find("rounding")) return with.set("rounding", roundings.at(v.as_string())), true;
  if ((name == "is_finite" || name == "element_is_finite") && fields.find("kind"))
    return with.set("kind", v.as_bool() ? "finite" : "ieee"), true;
  return false;
}

std::string element_name(const Map& params) {
  const Value *e = params.find("element_exp_bits"), *m = params.find("element_frac_bits");
  return e && m ? mase::format("e{}m{}", e->as_int(), m->as_int()) : std::string();
}

// Parameters that a component has in one field together: the element's bits, a block's axis and size.
bool joined(const mase::Fields& fields, const Map& params, const std::string& name, Map& with) {
  const bool element = name == "element_exp_bits" || name == "element_frac_bits";
  if (element && fields.find("element")) return with.set("element", element_name(params)), true;
  const Value *size = params.find("block_size"), *axis = params.find("block_dim");
  const bool block = name == "block_size" || name == "block_dim";
  if (!block || !size || !size->is_int() || !fields.find("block_size") || fields.find("block_dim")) return false;
  with.set("block_size", Map{{"axis", axis ? *axis : Value(-1)}, {"size", *size}});
  return true;
}

// MASE takes a threshold for ternary and does not read it (D14).
bool unread(const mase::Fields& fields, const std::string& name, const Value& v) {
  const mase::FieldInfo* info = fields.find(name);
  return name == "threshold" && v.is_number() && (!info || info->type.kind == mase::TypeInfo::Kind::enumeration);
}

// A width stated by its parts.
void add_width(const mase::Fields& fields, const Map& params, Map& with) {
  const Value *e = params.find("exp_bits"), *m = params.find("frac_bits");
  if (e && m && fields.find("width") && !with.find("width")) with.set("width", 1 + e->as_int() + m->as_int());
}

}  // namespace

std::string our_rounding(std::string name) {
  if (name.rfind("half_", 0) == 0) name = "nearest_" + name.substr(5);
  return name;
}

Made make_format(mase::Registry& registry, const std::string& component, const Map& params) {
  const mase::ComponentInfo& info = registry.at(component);
  Map with;
  for (const mase::Entry& e : params) {
    if (e.value.is_null() ||
        (info.fields && (joined(*info.fields, params, e.key, with) || unread(*info.fields, e.key, e.value))))
      continue;
    const std::string name = info.fields ? own_name(*info.fields, e.key) : "";
    if (!name.empty())
      with.set(name, e.key == "rounding" ? Value(our_rounding(e.value.as_string())) : e.value);
    else if (!(info.fields && by_other_field(*info.fields, e.key, e.value, with)) && !switches_off(e.value) &&
             !(e.key == "frac_bits" && info.fields && info.fields->find("width")))
      throw mase::Error(mase::format("{} has no field for {}: {}", component, e.key, e.value.brief()));
  }
  if (info.fields) add_width(*info.fields, params, with);
  const mase::Chosen chosen(component, with);
  return {registry.create<mase::Format>(chosen), component + " " + Value(with).json()};
}

}  // namespace vectors
