// How fields and values are worded.
#include "cli/field_text.h"

#include <algorithm>
#include <cmath>

#include "mase/text.h"

namespace mase::cli {
namespace {

std::string number(double v) {
  return std::floor(v) == v && std::abs(v) < 1e15 ? format("{}", static_cast<int64_t>(v)) : format("{}", v);
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

// Plain where YAML's core schema would read the same string back, quoted elsewhere.
std::string yaml_string(const std::string& s) {
  const bool letter = !s.empty() && (std::isalpha(static_cast<unsigned char>(s[0])) || s[0] == '_' || s[0] == '/');
  const bool plain =
      letter && s.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-+ ") == s.npos;
  static const std::vector<std::string> kWords = {"null", "Null",  "NULL",  "true", "True",
                                                  "TRUE", "false", "False", "FALSE"};
  if (plain && s.back() != ' ' && std::find(kWords.begin(), kWords.end(), s) == kWords.end()) return s;
  return Value(s).json();  // double quotes with JSON's escapes are YAML's, too
}

}  // namespace

const Fields* record_of(const TypeInfo& type) {
  if (type.record) return &type.record();
  return type.item.empty() ? nullptr : record_of(type.item.front());
}

std::string type_text(const FieldInfo& field) {
  if (!field.choices.empty()) {
    const bool list = field.type.kind == TypeInfo::Kind::list;
    return (list ? "list of: " : "one of ") + joined(field.choices);
  }
  std::string text = field.type.str();
  if (field.low && field.high)
    text += format(" in [{}, {}]", number(*field.low), number(*field.high));
  else if (field.low)
    text += format(" >= {}", number(*field.low));
  else if (field.high)
    text += format(" <= {}", number(*field.high));
  return text;
}

std::string default_text(const FieldInfo& field) {
  if (field.required) return "required";
  return field.default_value.is_string() && field.default_value.as_string().empty() ? "\"\""
                                                                                    : yaml_flow(field.default_value);
}

std::string yaml_flow(const Value& value) {
  std::string text;
  switch (value.type()) {
    case Value::Type::string:
      return yaml_string(value.as_string());
    case Value::Type::list:
      for (const Value& v : value.as_list()) text += (text.empty() ? "" : ", ") + yaml_flow(v);
      return "[" + text + "]";
    case Value::Type::map:
      for (const Entry& e : value.as_map())
        text += (text.empty() ? "" : ", ") + yaml_string(e.key) + ": " + yaml_flow(e.value);
      return "{" + text + "}";
    default:
      return value.json();
  }
}

std::string q_notation(const ComponentInfo& info) {
  const FieldInfo* width = info.fields ? info.fields->find("width") : nullptr;
  const FieldInfo* frac = info.fields ? info.fields->find("frac_width") : nullptr;
  if (!width || !frac || !width->default_value.is_int() || !frac->default_value.is_int()) return {};
  const int64_t fraction = frac->default_value.as_int();
  return format("Q{}.{}", width->default_value.as_int() - fraction, fraction);
}

}  // namespace mase::cli
