// Reading JSON with a path for every message, and values that JSON cannot hold.
#include <cmath>
#include <limits>

#include "graph_json.h"
#include "mase/text.h"

namespace mase {

void Item::fail(const std::string& what) const { throw Error(path_.empty() ? what : path_ + ": " + what, file_); }
void Item::expected(const char* what) const { fail("found " + value_->brief() + ", expected " + what); }

const Map& Item::map() const {
  if (!value_->is_map()) expected("a map");
  return value_->as_map();
}

Item Item::at(std::string_view key) const {
  const Value* found = map().find(key);
  if (!found) fail("'" + std::string(key) + "' is missing");
  return Item(*found, (path_.empty() ? "" : path_ + ".") + std::string(key), file_);
}

std::vector<Item> Item::items() const {
  if (!value_->is_list()) expected("a list");
  std::vector<Item> result;
  for (const Value& v : value_->as_list()) result.emplace_back(v, format("{}[{}]", path_, result.size()), file_);
  return result;
}

const std::string& Item::text() const {
  if (!value_->is_string()) expected("a string");
  return value_->as_string();
}

int64_t Item::integer(int64_t low, int64_t high) const {
  if (!value_->is_int() || value_->as_int() < low || value_->as_int() > high)
    expected(format("an integer in [{}, {}]", low, high).c_str());
  return value_->as_int();
}

bool Item::boolean() const {
  if (!value_->is_bool()) expected("true or false");
  return value_->as_bool();
}

std::vector<int64_t> Item::integers(int64_t low, int64_t high) const {
  std::vector<int64_t> result;
  for (const Item& item : items()) result.push_back(item.integer(low, high));
  return result;
}

void Item::only(std::initializer_list<std::string_view> keys) const {
  for (const Entry& e : map())
    if (std::find(keys.begin(), keys.end(), e.key) == keys.end())
      fail("unknown key '" + e.key + "'" + did_you_mean(e.key, NameList(keys)));
}

Value to_stored(const Value& v) {
  if (v.is_list()) {
    List list;
    for (const Value& item : v.as_list()) list.push_back(to_stored(item));
    return list;
  }
  if (v.is_map()) {
    Map map;
    for (const Entry& e : v.as_map()) map.set(e.key.starts_with('$') ? "$" + e.key : e.key, to_stored(e.value));
    return map;
  }
  if (v.type() != Value::Type::real || std::isfinite(v.as_double())) return v;
  return Map{{"$real", std::isnan(v.as_double()) ? "nan" : v.as_double() > 0 ? "inf" : "-inf"}};
}

Value from_stored(const Value& v) {
  if (v.is_list()) {
    List list;
    for (const Value& item : v.as_list()) list.push_back(from_stored(item));
    return list;
  }
  if (!v.is_map()) return v;
  if (const Value* real = v.as_map().find("$real"); real && v.as_map().size() == 1) {
    using Limits = std::numeric_limits<double>;
    if (*real == Value("nan")) return Limits::quiet_NaN();
    if (*real == Value("inf")) return Limits::infinity();
    if (*real == Value("-inf")) return -Limits::infinity();
  }
  Map map;
  for (const Entry& e : v.as_map()) map.set(e.key.starts_with("$$") ? e.key.substr(1) : e.key, from_stored(e.value));
  return map;
}

}  // namespace mase
