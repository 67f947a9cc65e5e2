// Values as YAML.
#include "run/yaml_text.h"

#include <algorithm>
#include <cctype>

#include "run/run_record.h"

namespace mase {
namespace {

using Secrets = std::vector<std::pair<std::string, std::string>>;

// Whether a plain scalar is read back as this very string.
bool is_plain(const std::string& text) {
  if (text.empty() || !std::isalpha(static_cast<unsigned char>(text[0]))) return false;
  for (const char* word : {"null", "true", "false"})
    if (std::equal(text.begin(), text.end(), word, word + std::char_traits<char>::length(word),
                   [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; }))
      return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '-' || c == '/';
  });
}

std::string string_text(std::string text, const Secrets& secrets) {
  if (!text.empty() && text[0] == '$') text = "$" + text;  // a dollar, not a reference
  for (size_t at = text.find("${"); at != text.npos; at = text.find("${", at + 3)) text.insert(at, "$");
  const Value hidden = masked(text, secrets);
  return is_plain(hidden.as_string()) ? hidden.as_string() : hidden.json();
}

std::string flow(const Value& v, const Secrets& secrets) {
  if (v.is_string()) return string_text(v.as_string(), secrets);
  if (!v.is_list() && !v.is_map()) return v.json();
  std::string text;
  if (v.is_list()) {
    for (const Value& item : v.as_list()) text += (text.empty() ? "" : ", ") + flow(item, secrets);
    return "[" + text + "]";
  }
  for (const Entry& e : v.as_map())
    text +=
        (text.empty() ? "" : ", ") + (is_plain(e.key) ? e.key : Value(e.key).json()) + ": " + flow(e.value, secrets);
  return "{" + text + "}";
}

}  // namespace

std::string yaml_text(const Map& recipe, const Secrets& environment) {
  std::string text;
  for (const Entry& e : recipe) {
    text += e.key + ":";
    if (e.key != "steps") {
      text += " " + flow(e.value, environment) + "\n";
      continue;
    }
    text += e.value.as_list().empty() ? " []\n" : "\n";
    for (const Value& step : e.value.as_list()) text += "  - " + flow(step, environment) + "\n";
  }
  return text;
}

}  // namespace mase
