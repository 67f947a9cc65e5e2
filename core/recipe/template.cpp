// Values to templates and back: what begins with a dollar is a reference or a domain.
#include <algorithm>

#include "form.h"
#include "mase/text.h"
#include "scope.h"
#include "text_parts.h"

namespace mase {

Template Template::from(const Value& value) {
  Template t;
  t.loc = value.loc;
  if (value.is_list()) {
    t.kind = Kind::list;
    for (const Value& item : value.as_list()) t.items.push_back(from(item));
  } else if (value.is_map()) {
    t.kind = Kind::map;
    for (const mase::Entry& e : value.as_map()) t.entries.push_back({e.key, e.key_loc, from(e.value)});
  } else {
    t.scalar = value;
  }
  return t;
}

Template Form::string_leaf(const Value& v) {
  Template t;
  t.loc = v.loc;
  t.scalar = v;
  const std::string& s = v.as_string();
  if (has_references(s)) {
    t.kind = Template::Kind::text;
    try {
      text_parts(s, v.loc);
    } catch (const Error& e) {
      problem(e);
      t.kind = Template::Kind::scalar;
    }
  } else if (s.size() > 1 && s[0] == '$') {
    if (is_name(std::string_view(s).substr(1))) {
      t.kind = Template::Kind::reference;
      t.name = s.substr(1);
    } else {
      problem(format("{} is no reference", v.brief()), v.loc,
              "$name alone, ${name} inside text; $$ at the beginning is a dollar");
    }
  }
  return t;
}

Template Form::map_tree(const Value& v) {
  Template t;
  t.loc = v.loc;
  t.kind = Template::Kind::map;
  for (const Entry& e : v.as_map()) {
    if (e.key.substr(0, 1) == "$")
      problem(format("unknown domain '{}'", e.key) +
                  did_you_mean(e.key, NameList(std::vector<std::string>{"$choice", "$int", "$float"})),
              e.key_loc, "domains are {$choice: [...]}, {$int: [low, high]} and {$float: [low, high]}");
    t.entries.push_back({e.key, e.key_loc, tree(e.value)});
  }
  return t;
}

Template Form::tree(const Value& v) {
  if (v.is_string()) return string_leaf(v);
  if (v.is_map()) {
    for (const Entry& e : v.as_map())
      if (e.key == "$choice" || e.key == "$int" || e.key == "$float") return domain(v);
    return map_tree(v);
  }
  Template t;
  t.loc = v.loc;
  t.scalar = v;
  if (!v.is_list()) return t;
  t.kind = Template::Kind::list;
  t.scalar = {};
  for (const Value& item : v.as_list()) t.items.push_back(tree(item));
  return t;
}

namespace {

Value domain_as_written(const DomainSpec& spec) {
  if (spec.kind == DomainSpec::Kind::choice) {
    if (spec.options_from.kind == Template::Kind::reference) return Map{{"$choice", "$" + spec.options_from.name}};
    List options;
    for (const Template& option : spec.options) options.push_back(as_written(option));
    return Map{{"$choice", options}};
  }
  Map range;
  for (const Template::Entry& e : spec.bounds) range.set(e.key, as_written(e.value));
  if (spec.log) range.set("log", true);
  return Map{{spec.kind == DomainSpec::Kind::integer ? "$int" : "$float", range}};
}

}  // namespace

Value as_written(const Template& t) {
  Value v;
  switch (t.kind) {
    case Template::Kind::scalar:
      v = t.scalar;
      if (v.is_string() && v.as_string().substr(0, 1) == "$" && v.as_string().size() > 1) v = "$" + v.as_string();
      break;
    case Template::Kind::text:
      v = t.scalar;
      break;
    case Template::Kind::reference:
      v = "$" + t.name;
      break;
    case Template::Kind::domain:
      v = domain_as_written(*t.domain);
      break;
    case Template::Kind::list: {
      List items;
      for (const Template& item : t.items) items.push_back(as_written(item));
      v = std::move(items);
      break;
    }
    case Template::Kind::map: {
      Map entries;
      for (const Template::Entry& e : t.entries) entries.set(e.key, as_written(e.value), e.key_loc);
      v = std::move(entries);
      break;
    }
  }
  v.loc = t.loc;
  return v;
}

}  // namespace mase
