// Schema: a configuration's fields, named once. Parsing, manual, editor completion, search bounds and
// serialisation all read this declaration.
#pragma once
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mase/value.h"

namespace mase {

struct FieldInfo;
class Fields;

// What a field can hold, as data: enough to check a recipe without constructing anything.
struct TypeInfo {
  enum class Kind { any, boolean, integer, real, string, enumeration, list, map, optional, record, component };
  Kind kind = Kind::any;
  std::vector<std::string> choices{};       // enumeration
  std::vector<TypeInfo> item{};             // list, map, optional: exactly one
  std::function<const Fields&()> record{};  // record: its fields, late because records may be recursive
  std::string component_kind{};             // component: "format", "op", ...
  std::string str() const;                  // "list of integer"
};

struct FieldInfo {
  std::string name, doc, unit;
  TypeInfo type;
  Value default_value;
  bool required = false;
  std::optional<double> low, high;   // inclusive; apply to each number of a list too
  std::vector<std::string> choices;  // allowed strings, if any
};

// Problems of one parse, all of them; a compiler's list, not its first line.
using Problems = std::vector<Error>;

// The fields of one Config type with the erased code that reads and writes them.
class Fields {
 public:
  struct Field {
    FieldInfo info;
    std::function<void(void*, const Value&, Problems&)> read;
    std::function<Value(const void*)> write;
  };
  void add(Field field);
  const std::vector<Field>& all() const { return fields_; }
  const FieldInfo* find(std::string_view name) const;

  // Reads `v` (a map or null) into `config`; `what` names the owner in messages ("quant.integer").
  void read(void* config, const Value& v, std::string_view what, Problems& problems) const;
  Map write(const void* config) const;
  std::function<void(const void*, const Value&)> check;  // the Config's own check(), if it has one

 private:
  std::vector<Field> fields_;
};

// A field that holds a component of kind `Kind` chosen in the recipe, with its own `with:`.
template <class Kind>
struct Use {
  Chosen chosen;
  explicit operator bool() const { return static_cast<bool>(chosen); }
};

// A file or folder named in the recipe. It keeps its place, so that "no such file" says where the name was written.
struct Path {
  std::string name;
  Loc loc;
};

// Enumerations take part by specialising this: names in the order of the enumerators, from 0.
template <class E>
struct EnumNames;  // static const std::vector<std::string>& names();

template <class C>
const Fields& fields_of();

namespace detail {
// Each adds one problem and returns false when the value does not fit.
bool read_bool(bool& out, const Value& v, Problems& p);
bool read_int(int64_t& out, int64_t low, int64_t high, const Value& v, Problems& p);
bool read_double(double& out, const Value& v, Problems& p);
bool read_string(std::string& out, const Value& v, Problems& p);
bool read_enum(int& out, const std::vector<std::string>& names, const Value& v, Problems& p);
bool read_chosen(Chosen& out, const Value& v, std::string_view kind, Problems& p);
const List* read_list(const Value& v, Problems& p);
const Map* read_map(const Value& v, Problems& p);
void check_limits(const FieldInfo& info, const Value& v, Problems& p);
}  // namespace detail

// How a C++ type is read from and written to a Value.
template <class T, class = void>
struct Codec {  // a struct with its own schema()
  static TypeInfo type() {
    return {TypeInfo::Kind::record, {}, {}, []() -> const Fields& { return fields_of<T>(); }, {}};
  }
  static bool read(T& out, const Value& v, Problems& p) {
    const size_t before = p.size();
    fields_of<T>().read(&out, v, {}, p);
    return p.size() == before;
  }
  static Value write(const T& v) { return fields_of<T>().write(&v); }
};
template <>
struct Codec<bool> {
  static TypeInfo type() { return {TypeInfo::Kind::boolean}; }
  static bool read(bool& out, const Value& v, Problems& p) { return detail::read_bool(out, v, p); }
  static Value write(bool v) { return v; }
};
template <class T>
struct Codec<T, std::enable_if_t<std::is_integral_v<T> && !std::is_same_v<T, bool>>> {
  static TypeInfo type() { return {TypeInfo::Kind::integer}; }
  static bool read(T& out, const Value& v, Problems& p) {
    int64_t wide = 0;
    using L = std::numeric_limits<T>;
    const int64_t high = sizeof(T) == 8 ? INT64_MAX : static_cast<int64_t>(L::max());
    if (!detail::read_int(wide, static_cast<int64_t>(L::min()), high, v, p)) return false;
    out = static_cast<T>(wide);
    return true;
  }
  static Value write(T v) { return v; }
};
template <>
struct Codec<double> {
  static TypeInfo type() { return {TypeInfo::Kind::real}; }
  static bool read(double& out, const Value& v, Problems& p) { return detail::read_double(out, v, p); }
  static Value write(double v) { return v; }
};
template <>
struct Codec<std::string> {
  static TypeInfo type() { return {TypeInfo::Kind::string}; }
  static bool read(std::string& out, const Value& v, Problems& p) { return detail::read_string(out, v, p); }
  static Value write(const std::string& v) { return v; }
};
template <>
struct Codec<Path> {
  static TypeInfo type() { return {TypeInfo::Kind::string}; }
  static bool read(Path& out, const Value& v, Problems& p) {
    out.loc = v.loc;
    return detail::read_string(out.name, v, p);
  }
  static Value write(const Path& v) { return v.name; }
};
template <>
struct Codec<Value> {
  static TypeInfo type() { return {}; }
  static bool read(Value& out, const Value& v, Problems&) {
    out = v;
    return true;
  }
  static Value write(const Value& v) { return v; }
};
template <>
struct Codec<Map> {
  static TypeInfo type() { return {TypeInfo::Kind::map, {}, {TypeInfo{}}}; }
  static bool read(Map& out, const Value& v, Problems& p) {
    const Map* map = detail::read_map(v, p);
    if (map) out = *map;
    return map != nullptr;
  }
  static Value write(const Map& v) { return v; }
};
template <class E>
struct Codec<E, std::enable_if_t<std::is_enum_v<E>>> {
  static TypeInfo type() { return {TypeInfo::Kind::enumeration, EnumNames<E>::names()}; }
  static bool read(E& out, const Value& v, Problems& p) {
    int index = 0;
    if (!detail::read_enum(index, EnumNames<E>::names(), v, p)) return false;
    out = static_cast<E>(index);
    return true;
  }
  static Value write(E v) { return EnumNames<E>::names().at(static_cast<size_t>(v)); }
};
template <class T>
struct Codec<std::vector<T>> {
  static TypeInfo type() { return {TypeInfo::Kind::list, {}, {Codec<T>::type()}}; }
  static bool read(std::vector<T>& out, const Value& v, Problems& p) {
    const List* list = detail::read_list(v, p);
    if (!list) return false;
    const size_t before = p.size();
    std::vector<T> items(list->size());
    for (size_t i = 0; i < list->size(); ++i) Codec<T>::read(items[i], (*list)[i], p);
    if (p.size() == before) out = std::move(items);
    return p.size() == before;
  }
  static Value write(const std::vector<T>& v) {
    List list;
    for (const auto& item : v) list.push_back(Codec<T>::write(item));
    return list;
  }
};
template <class T>
struct Codec<std::map<std::string, T>> {
  static TypeInfo type() { return {TypeInfo::Kind::map, {}, {Codec<T>::type()}}; }
  static bool read(std::map<std::string, T>& out, const Value& v, Problems& p) {
    const Map* map = detail::read_map(v, p);
    if (!map) return false;
    const size_t before = p.size();
    out.clear();
    for (const Entry& e : *map) Codec<T>::read(out[e.key], e.value, p);
    return p.size() == before;
  }
  static Value write(const std::map<std::string, T>& v) {
    Map map;
    for (const auto& [key, item] : v) map.set(key, Codec<T>::write(item));
    return map;
  }
};
template <class T>
struct Codec<std::optional<T>> {
  static TypeInfo type() { return {TypeInfo::Kind::optional, {}, {Codec<T>::type()}}; }
  static bool read(std::optional<T>& out, const Value& v, Problems& p) {
    if (v.is_null()) {
      out.reset();
      return true;
    }
    return Codec<T>::read(out.emplace(), v, p);
  }
  static Value write(const std::optional<T>& v) { return v ? Codec<T>::write(*v) : Value(); }
};
template <class Kind>
struct Codec<Use<Kind>> {
  static TypeInfo type() { return {TypeInfo::Kind::component, {}, {}, {}, Kind::kKind}; }
  static bool read(Use<Kind>& out, const Value& v, Problems& p) {
    return detail::read_chosen(out.chosen, v, Kind::kKind, p);
  }
  static Value write(const Use<Kind>& v) { return v.chosen.value(); }
};

// What a Config's `static void schema(mase::Schema<Config>& s)` fills in.
template <class C>
class Schema {
 public:
  class Ref {
   public:
    explicit Ref(FieldInfo& info) : info_(info) {}
    Ref& range(double low, double high) { return info_.low = low, info_.high = high, *this; }
    Ref& min(double low) { return info_.low = low, *this; }
    Ref& one_of(std::vector<std::string> choices) { return info_.choices = std::move(choices), *this; }
    Ref& unit(std::string unit) { return info_.unit = std::move(unit), *this; }
    Ref& required() { return info_.required = true, *this; }

   private:
    FieldInfo& info_;
  };

  // One field: its recipe name, the member, and one sentence. The default is the member's initialiser.
  template <class M, class B>
  Ref field(std::string name, M B::*member, std::string doc) {
    const C defaults{};
    auto info = std::make_shared<FieldInfo>();
    info->name = std::move(name), info->doc = std::move(doc), info->type = Codec<M>::type();
    info->default_value = Codec<M>::write(defaults.*member);
    infos_.push_back(info);
    readers_.push_back(
        [member](void* c, const Value& v, Problems& p) { Codec<M>::read(static_cast<C*>(c)->*member, v, p); });
    writers_.push_back([member](const void* c) { return Codec<M>::write(static_cast<const C*>(c)->*member); });
    return Ref(*info);
  }

  Fields build() const {
    Fields fields;
    for (size_t i = 0; i < infos_.size(); ++i) fields.add({*infos_[i], readers_[i], writers_[i]});
    if constexpr (requires(const C& c, const Value& v) { c.check(v); })
      fields.check = [](const void* c, const Value& v) { static_cast<const C*>(c)->check(v); };
    return fields;
  }

 private:
  std::vector<std::shared_ptr<FieldInfo>> infos_;
  std::vector<std::function<void(void*, const Value&, Problems&)>> readers_;
  std::vector<std::function<Value(const void*)>> writers_;
};

template <class C>
const Fields& fields_of() {
  static const Fields fields = [] {
    Schema<C> schema;
    C::schema(schema);
    return schema.build();
  }();
  return fields;
}

// All problems of `v` as an Error list; `config` holds defaults where the value was wrong.
template <class C>
Problems parse(C& config, const Value& v, std::string_view what) {
  Problems problems;
  fields_of<C>().read(&config, v, what, problems);
  return problems;
}

// The config, or the first problem thrown.
template <class C>
C parse_or_throw(const Value& v, std::string_view what) {
  C config{};
  if (Problems p = parse(config, v, what); !p.empty()) throw p.front();
  return config;
}

template <class C>
Map dump(const C& config) {
  return fields_of<C>().write(&config);
}

}  // namespace mase
