// Reading and checking configurations: every problem of a map, each at its own place.
#include "mase/schema.h"

#include <algorithm>
#include <cmath>

#include "mase/text.h"

namespace mase {
namespace {

std::string limit(double v) {
  return std::floor(v) == v && std::abs(v) < 1e15 ? format("{}", static_cast<int64_t>(v)) : format("{}", v);
}

// "an integer in [1, 64]"
std::string in_range(const FieldInfo& info) {
  const bool whole = info.type.str().find("integer") != std::string::npos;
  const std::string noun = whole ? "an integer" : "a number";
  if (info.low && info.high) return noun + " in [" + limit(*info.low) + ", " + limit(*info.high) + "]";
  if (info.low) return noun + " of at least " + limit(*info.low);
  return noun + " of at most " + limit(*info.high);
}

std::string quoted_list(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& n : names) text += (text.empty() ? "" : ", ") + n;
  return text;
}

Error named(const FieldInfo& info, const Error& e) {  // puts the field's name before a codec's message
  if (e.message().rfind("found ", 0) != 0) return e;
  return Error("'" + info.name + "' is " + e.message().substr(6), e.loc(), e.hint());
}

}  // namespace

std::string TypeInfo::str() const {
  switch (kind) {
    case Kind::any:
      return "any";
    case Kind::boolean:
      return "boolean";
    case Kind::integer:
      return "integer";
    case Kind::real:
      return "number";
    case Kind::string:
      return "string";
    case Kind::enumeration:
      return "one of " + quoted_list(choices);
    case Kind::list:
      return "list of " + item.front().str();
    case Kind::map:
      return "map of " + item.front().str();
    case Kind::optional:
      return item.front().str() + " or null";
    case Kind::record:
      return "map";
    case Kind::component:
      return component_kind;
  }
  return "";
}

void Fields::add(Field field) { fields_.push_back(std::move(field)); }

const FieldInfo* Fields::find(std::string_view name) const {
  for (const Field& f : fields_)
    if (f.info.name == name) return &f.info;
  return nullptr;
}

void Fields::read(void* config, const Value& v, std::string_view what, Problems& problems) const {
  const std::string owner = what.empty() ? "" : " in " + std::string(what);
  static const Map kNone;
  if (!v.is_null() && !v.is_map()) {
    problems.emplace_back("found " + v.brief() + ", expected a map of fields" + owner, v.loc);
    return;
  }
  const Map& map = v.is_map() ? v.as_map() : kNone;
  const size_t before = problems.size();
  for (const Entry& e : map) {
    const auto field =
        std::find_if(fields_.begin(), fields_.end(), [&](const Field& f) { return f.info.name == e.key; });
    if (field == fields_.end()) {
      NameList names;
      for (const Field& f : fields_) names.add(f.info.name);
      const std::string near = did_you_mean(e.key, names);
      problems.emplace_back("unknown key '" + e.key + "'" + owner + near, e.key_loc ? e.key_loc : e.value.loc,
                            near.empty() && !fields_.empty() ? "fields are: " +
                                                                   [&] {
                                                                     std::vector<std::string> all;
                                                                     for (const Field& f : fields_)
                                                                       all.push_back(f.info.name);
                                                                     return quoted_list(all);
                                                                   }()
                                                             : "");
      continue;
    }
    Problems own;
    field->read(config, e.value, own);
    if (own.empty()) detail::check_limits(field->info, e.value, own);
    for (const Error& p : own) problems.push_back(named(field->info, p));
  }
  for (const Field& f : fields_)
    if (f.info.required && !map.find(f.info.name))
      problems.emplace_back("missing '" + f.info.name + "'" + owner + ": " + f.info.doc, v.loc);
  if (check && problems.size() == before) try {
      check(config, v);
    } catch (const Error& e) {
      problems.emplace_back(e.message(), e.loc() ? e.loc() : v.loc, e.hint());
    }
}

Map Fields::write(const void* config) const {
  Map map;
  for (const Field& f : fields_) map.set(f.info.name, f.write(config));
  return map;
}

namespace detail {
namespace {
bool wrong(const Value& v, const std::string& expected, Problems& p) {
  p.emplace_back("found " + v.brief() + ", expected " + expected, v.loc);
  return false;
}
}  // namespace

bool read_bool(bool& out, const Value& v, Problems& p) {
  if (!v.is_bool()) return wrong(v, "true or false", p);
  out = v.as_bool();
  return true;
}

bool read_int(int64_t& out, int64_t low, int64_t high, const Value& v, Problems& p) {
  if (!v.is_int()) return wrong(v, "an integer", p);
  if (v.as_int() < low || v.as_int() > high) return wrong(v, format("an integer in [{}, {}]", low, high), p);
  out = v.as_int();
  return true;
}

bool read_double(double& out, const Value& v, Problems& p) {
  if (!v.is_number()) return wrong(v, "a number", p);
  out = v.as_double();
  return true;
}

bool read_string(std::string& out, const Value& v, Problems& p) {
  if (!v.is_string()) return wrong(v, "a string", p);
  out = v.as_string();
  return true;
}

bool read_enum(int& out, const std::vector<std::string>& names, const Value& v, Problems& p) {
  const auto it = v.is_string() ? std::find(names.begin(), names.end(), v.as_string()) : names.end();
  if (it == names.end()) {
    const std::string near = v.is_string() ? did_you_mean(v.as_string(), NameList(names)) : "";
    return wrong(v, "one of " + quoted_list(names) + near, p);
  }
  out = static_cast<int>(it - names.begin());
  return true;
}

bool read_chosen(Chosen& out, const Value& v, std::string_view kind, Problems& p) {
  try {
    out = Chosen::from(v);
    return true;
  } catch (const Error& e) {
    p.emplace_back(e.message(), e.loc() ? e.loc() : v.loc, e.hint().empty() ? format("mase list {}", kind) : e.hint());
    return false;
  }
}

const List* read_list(const Value& v, Problems& p) {
  if (v.is_list()) return &v.as_list();
  wrong(v, "a list", p);
  return nullptr;
}

const Map* read_map(const Value& v, Problems& p) {
  if (v.is_map()) return &v.as_map();
  wrong(v, "a map", p);
  return nullptr;
}

void check_limits(const FieldInfo& info, const Value& v, Problems& p) {
  if (v.is_list()) {
    for (const Value& item : v.as_list()) check_limits(info, item, p);
    return;
  }
  if (v.is_number() && (info.low || info.high)) {
    const double x = v.as_double();
    // Written so that a NaN fails too.
    const bool inside = (!info.low || x >= *info.low) && (!info.high || x <= *info.high);
    if (!inside) wrong(v, in_range(info), p);
  }
  if (v.is_string() && !info.choices.empty() &&
      std::find(info.choices.begin(), info.choices.end(), v.as_string()) == info.choices.end())
    wrong(v, "one of " + quoted_list(info.choices) + did_you_mean(v.as_string(), NameList(info.choices)), p);
}

}  // namespace detail
}  // namespace mase
