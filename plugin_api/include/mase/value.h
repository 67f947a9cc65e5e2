// Value: the one dynamic type. What recipes, metadata, reports and component configurations are made of.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "mase/error.h"

namespace mase {

class Value;
using List = std::vector<Value>;
struct Entry;

// A map that keeps the order of insertion, as recipes and reports are read by people.
class Map {
 public:
  Map();
  Map(std::initializer_list<std::pair<std::string, Value>> entries);
  Map(const Map&);
  Map(Map&&) noexcept;
  Map& operator=(const Map&);
  Map& operator=(Map&&) noexcept;
  ~Map();

  bool empty() const;
  size_t size() const;
  const Value* find(std::string_view key) const;  // nullptr when absent
  Value* find(std::string_view key);
  const Value& at(std::string_view key) const;  // Error with the nearest key when absent
  Value& operator[](std::string_view key);      // inserts null at the end when absent
  void set(std::string key, Value value, Loc key_loc = {});
  bool erase(std::string_view key);
  const Entry* begin() const;
  const Entry* end() const;
  Entry* begin();
  Entry* end();
  bool operator==(const Map&) const;  // same entries in any order; places do not count

 private:
  std::vector<Entry> entries_;
  std::unique_ptr<std::vector<uint32_t>> slots_;  // a hash table of positions + 1, for maps of many entries
};

// null, bool, int64, double, string, list or ordered map; remembers where it was written.
class Value {
 public:
  enum class Type { null, boolean, integer, real, string, list, map };

  Value() = default;
  Value(std::nullptr_t) {}
  Value(bool v) : data_(v) {}
  template <class T, std::enable_if_t<std::is_integral_v<T> && !std::is_same_v<T, bool>, int> = 0>
  Value(T v) : data_(static_cast<int64_t>(v)) {}
  Value(double v) : data_(v) {}
  Value(const char* v) : data_(std::string(v)) {}
  Value(std::string_view v) : data_(std::string(v)) {}
  Value(std::string v) : data_(std::move(v)) {}
  Value(List v) : data_(std::move(v)) {}
  Value(Map v) : data_(std::move(v)) {}
  template <class T>
  Value(const std::vector<T>& items) : data_(List(items.begin(), items.end())) {}

  Type type() const { return static_cast<Type>(data_.index()); }
  const char* type_name() const;  // "an integer", "a map", ... as error messages say it
  bool is_null() const { return type() == Type::null; }
  bool is_bool() const { return type() == Type::boolean; }
  bool is_int() const { return type() == Type::integer; }
  bool is_number() const { return is_int() || type() == Type::real; }
  bool is_string() const { return type() == Type::string; }
  bool is_list() const { return type() == Type::list; }
  bool is_map() const { return type() == Type::map; }

  // Each throws Error at this value's place when the type is another one.
  bool as_bool() const;
  int64_t as_int() const;
  double as_double() const;  // an integer is a number too
  const std::string& as_string() const;
  const List& as_list() const;
  const Map& as_map() const;
  List& as_list();
  Map& as_map();

  std::string json(int indent = -1) const;                                // NaN and infinities become strings
  std::string brief() const;                                              // compact, cut to 60 characters, for messages
  static Value parse_json(std::string_view text, std::string_view file);  // Error names file and byte
  bool operator==(const Value&) const;                                    // 1 and 1.0 differ; places do not count

  Loc loc;

 private:
  std::variant<std::monostate, bool, int64_t, double, std::string, List, Map> data_;
};

struct Entry {
  std::string key;
  Value value;
  Loc key_loc;
};

// A component by name with its configuration: plain data, cheap to copy (shared and immutable).
class Chosen {
 public:
  Chosen() = default;
  Chosen(std::string name, Map with = {}, Loc loc = {});

  explicit operator bool() const { return data_ != nullptr; }
  const std::string& name() const;      // "quant.integer"; "" when nothing is chosen
  std::string_view short_name() const;  // "integer"
  const Map& with() const;
  Loc loc() const;
  std::string key() const;  // the same for equal choices: a cache key
  bool operator==(const Chosen&) const;
  Value value() const;               // {use: name, with: {...}}, or null
  static Chosen from(const Value&);  // null, "name" or {use, with}; Error otherwise

 private:
  struct Data;
  std::shared_ptr<const Data> data_;
};

}  // namespace mase
