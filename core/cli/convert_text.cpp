// mase convert: a recipe as YAML that a person would have written.
#include <algorithm>
#include <cctype>

#include "cli/convert.h"

namespace mase::cli {
namespace {

constexpr size_t kLine = 100;  // a map that fits stays in one line

// Whether a plain scalar is read back as this very string. References keep their dollar.
bool is_plain(const std::string& text) {
  if (text.empty() || !(std::isalpha(static_cast<unsigned char>(text[0])) || text[0] == '$')) return false;
  for (const char* word : {"null", "true", "false"})
    if (std::equal(text.begin(), text.end(), word, word + std::char_traits<char>::length(word),
                   [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; }))
      return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '-' || c == '/' || c == '$';
  });
}

std::string flow(const Value& v) {
  if (v.is_string()) return is_plain(v.as_string()) ? v.as_string() : v.json();
  if (!v.is_list() && !v.is_map()) return v.json();
  std::string text;
  if (v.is_list()) {
    for (const Value& item : v.as_list()) text += (text.empty() ? "" : ", ") + flow(item);
    return "[" + text + "]";
  }
  for (const Entry& e : v.as_map()) text += (text.empty() ? "" : ", ") + flow(e.key) + ": " + flow(e.value);
  return "{" + text + "}";
}

// Maps below which another list of steps lies are always blocks.
bool is_block(const Value& v, size_t indent) {
  if (v.is_list()) return !v.as_list().empty() && v.as_list()[0].is_map();
  return v.is_map() && !v.as_map().empty() && (v.as_map().find("steps") || flow(v).size() + indent > kLine);
}

void block(const Map& map, size_t indent, std::string& text, bool behind_dash);

void item(const Value& v, size_t indent, std::string& text) {
  text += std::string(indent, ' ') + "- ";
  const bool nested = v.is_map() && v.as_map().size() == 1 && v.as_map().begin()->value.is_map() &&
                      v.as_map().begin()->value.as_map().find("steps");
  if (nested || is_block(v, indent + 2))
    block(v.as_map(), indent + 2, text, true);
  else
    text += flow(v) + "\n";
}

void block(const Map& map, size_t indent, std::string& text, bool behind_dash) {
  for (const Entry& e : map) {
    text += (behind_dash ? "" : std::string(indent, ' ')) + flow(e.key) + ":";
    behind_dash = false;
    if (!is_block(e.value, indent + e.key.size() + 2)) {
      text += " " + flow(e.value) + "\n";
    } else if (e.value.is_list()) {
      text += "\n";
      for (const Value& v : e.value.as_list()) item(v, indent + 2, text);
    } else {
      text += "\n";
      block(e.value.as_map(), indent + 2, text, false);
    }
  }
}

}  // namespace

std::string recipe_text(const Map& recipe, const std::vector<std::string>& comments) {
  std::string text;
  for (const std::string& comment : comments) text += "# " + comment + "\n";
  block(recipe, 0, text, false);
  return text;
}

}  // namespace mase::cli
