// TOML as values: the one place that includes the parser.
#include "cli/toml.h"

#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "mase/text.h"

namespace mase::cli {
namespace {

Loc loc_of(const toml::source_region& source, std::string_view file) {
  return {file, static_cast<int>(source.begin.line), static_cast<int>(source.begin.column)};
}

Value value_of(const toml::node& node, std::string_view file);

Map map_of(const toml::table& table, std::string_view file) {
  std::vector<std::pair<const toml::key*, const toml::node*>> entries;
  for (auto&& [key, node] : table) entries.emplace_back(&key, &node);
  std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    const auto &x = a.first->source().begin, &y = b.first->source().begin;
    return std::pair(x.line, x.column) < std::pair(y.line, y.column);
  });
  Map map;
  for (const auto& [key, node] : entries)
    map.set(std::string(key->str()), value_of(*node, file), loc_of(key->source(), file));
  return map;
}

template <class T>
std::string text_of(const T& date) {
  std::ostringstream text;
  text << date;
  return text.str();
}

Value value_of(const toml::node& node, std::string_view file) {
  Value v;
  if (const auto* table = node.as_table()) {
    v = map_of(*table, file);
  } else if (const auto* array = node.as_array()) {
    List list;
    for (const toml::node& item : *array) list.push_back(value_of(item, file));
    v = std::move(list);
  } else if (const auto* text = node.as_string()) {
    v = text->get();
  } else if (const auto* integer = node.as_integer()) {
    v = integer->get();
  } else if (const auto* real = node.as_floating_point()) {
    v = real->get();
  } else if (const auto* boolean = node.as_boolean()) {
    v = boolean->get();
  } else if (const auto* date = node.as_date()) {
    v = text_of(date->get());
  } else if (const auto* time = node.as_time()) {
    v = text_of(time->get());
  } else if (const auto* both = node.as_date_time()) {
    v = text_of(both->get());
  }
  v.loc = loc_of(node.source(), file);
  return v;
}

}  // namespace

Map read_toml(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in || std::filesystem::is_directory(file)) throw Error(format("{}: no such file, or it cannot be read", file));
  std::ostringstream text;
  text << in.rdbuf();
  const std::string_view name = Loc::intern(file);
  try {
    return map_of(toml::parse(text.str(), file), name);
  } catch (const toml::parse_error& e) {
    throw Error(std::string(e.description()), loc_of(e.source(), name), "the file is no TOML 1.0 at this place");
  }
}

}  // namespace mase::cli
