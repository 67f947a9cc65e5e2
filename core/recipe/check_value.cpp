// Values against fields, by the schema's data alone. What a Config would say is said in the same words.
#include <algorithm>

#include "checker.h"
#include "mase/text.h"
#include "text_parts.h"

namespace mase {

using Kind = TypeInfo::Kind;

void Checker::problem(std::string message, const Loc& loc, std::string hint) {
  problems_.emplace_back(std::move(message), loc, std::move(hint));
}

void Checker::tick(const Loc& loc) const {
  constexpr size_t kMost = 5000000;
  constexpr int kMostHops = 100;
  if (++ticks_ > kMost) throw TooMuch{Error("names that stand for names stand for too many values", loc)};
  if (hops_ > kMostHops) throw TooMuch{Error(format("this leads through more than {} names", kMostHops), loc)};
}

// Looking for near names costs time; after some hundred problems nobody reads them.
std::string Checker::near(std::string_view word, const NameList& names) const {
  constexpr size_t kEnough = 200;
  return problems_.size() > kEnough ? std::string() : did_you_mean(word, names);
}

void Checker::value(const FieldAt& field, const Template& t, View view) {
  tick(t.loc);
  if (t.kind == Template::Kind::reference) {
    if (!behind(t, view, [&](const Template& to, View sees) { value(field, to, sees); }))
      problem(unknown_reference(t.name, t.loc, view));
    return;
  }
  if (t.kind == Template::Kind::domain) return domain(field, t, view);
  typed(field, t, view);
}

void Checker::typed(const FieldAt& field, const Template& t, View view) {
  const bool null = t.kind == Template::Kind::scalar && t.scalar.is_null();
  switch (field.type.kind) {
    case Kind::optional:
      if (!null) value({field.info, field.type.item.front()}, t, view);
      return;
    case Kind::any:
      return loose(t, view);
    case Kind::component:
      return chosen(field, t, view);
    case Kind::list:
      if (t.kind != Template::Kind::list) return leaf(field, t, view);
      for (const Template& item : t.items) value({field.info, field.type.item.front()}, item, view);
      return;
    case Kind::map:
      if (t.kind != Template::Kind::map) return leaf(field, t, view);
      for (const Template::Entry& e : t.entries) value({field.info, field.type.item.front()}, e.value, view);
      return;
    case Kind::record:
      if (t.kind == Template::Kind::map || null)
        return fields(field.type.record(), null ? nullptr : &t, view, {}, t.loc);
      return leaf(field, t, view);
    default:
      return leaf(field, t, view);
  }
}

void Checker::leaf(const FieldAt& field, const Template& t, View view) {
  if (t.kind != Template::Kind::text) return wrong_leaf(field, as_written(t));
  if (has_domain(t, view)) return;
  try {
    wrong_leaf(field, resolve_in(t, view));
  } catch (const Error& e) {
    problem(e);
  }
}

void Checker::wrong_leaf(const FieldAt& field, const Value& v) {
  Problems found;
  bool boolean = false;
  int64_t integer = 0;
  double real = 0;
  int choice = 0;
  std::string string;
  switch (field.type.kind) {
    case Kind::boolean:
      detail::read_bool(boolean, v, found);
      break;
    case Kind::integer:
      detail::read_int(integer, INT64_MIN, INT64_MAX, v, found);
      break;
    case Kind::real:
      detail::read_double(real, v, found);
      break;
    case Kind::string:
      detail::read_string(string, v, found);
      break;
    case Kind::enumeration:
      detail::read_enum(choice, field.type.choices, v, found);
      break;
    case Kind::list:
      detail::read_list(v, found);
      break;
    default:
      detail::read_map(v, found);
      break;
  }
  if (found.empty()) detail::check_limits(field.info, v, found);
  for (const Error& e : found) {
    const std::string& text = e.message();
    const bool unnamed = text.rfind("found ", 0) == 0;
    problem(unnamed ? "'" + field.info.name + "' is " + text.substr(6) : text, e.loc(), e.hint());
  }
}

bool Checker::domain_allowed(const Template& t) {
  ++domains_seen_;
  if (domains_) return true;
  problem("a domain can stand only inside a search", t.loc,
          "under 'over' of a sweep a discrete one means all its values");
  return false;
}

void Checker::domain(const FieldAt& field, const Template& t, View view) {
  if (!domain_allowed(t)) return;
  const DomainSpec& spec = *t.domain;
  try {
    if (spec.kind != DomainSpec::Kind::choice) return range(field, spec, view);
    const Options options = options_of(spec, view);
    for (const Template& option : *options.items) value(field, option, options.view);
  } catch (const Error& e) {
    problem(e);
  }
}

void Checker::range(const FieldAt& field, const DomainSpec& spec, View view) {
  const Domain d = range_of(spec, view);
  const TypeInfo& type = field.type.kind == Kind::optional ? field.type.item.front() : field.type;
  const bool whole = d.kind == Domain::Kind::integer;
  if (type.kind == Kind::any) return;
  if (type.kind != Kind::real && !(whole && type.kind == Kind::integer))
    return problem(format("'{}' takes {} {}, {} gives {}", field.info.name, type.kind == Kind::integer ? "an" : "a",
                          type.str(), whole ? "$int" : "$float", whole ? "integers" : "numbers"),
                   spec.loc);
  for (const Template::Entry& b : spec.bounds) {
    if (b.key == "step") continue;
    const double bound = b.key == "low" ? d.low : d.high;
    Value v = whole ? Value(static_cast<int64_t>(bound)) : Value(bound);
    v.loc = b.value.loc;
    wrong_leaf({field.info, type}, v);
  }
}

// Values whose shape nobody declares: references must lead somewhere, domains stand where they may.
void Checker::loose(const Template& t, View view) {
  tick(t.loc);
  switch (t.kind) {
    case Template::Kind::scalar:
      return;
    case Template::Kind::text:
      if (has_domain(t, view)) return;
      try {
        resolve_in(t, view);
      } catch (const Error& e) {
        problem(e);
      }
      return;
    case Template::Kind::reference:
      if (!behind(t, view, [&](const Template& to, View sees) { loose(to, sees); }))
        problem(unknown_reference(t.name, t.loc, view));
      return;
    case Template::Kind::list:
      for (const Template& item : t.items) loose(item, view);
      return;
    case Template::Kind::map:
      for (const Template::Entry& e : t.entries) loose(e.value, view);
      return;
    case Template::Kind::domain:
      break;
  }
  static const FieldInfo kAny{};
  domain({kAny, kAny.type}, t, view);
}

bool Checker::has_domain(const Template& t, View view) const {
  tick(t.loc);
  switch (t.kind) {
    case Template::Kind::domain:
      return true;
    case Template::Kind::reference: {
      bool has = false;
      behind(t, view, [&](const Template& to, View sees) { has = has_domain(to, sees); });
      return has;
    }
    case Template::Kind::list:
      return std::any_of(t.items.begin(), t.items.end(), [&](const Template& item) { return has_domain(item, view); });
    case Template::Kind::map:
      return std::any_of(t.entries.begin(), t.entries.end(), [&](const auto& e) { return has_domain(e.value, view); });
    case Template::Kind::text:
      try {
        for (const TextPart& part : text_parts(t.scalar.as_string(), t.loc)) {
          if (part.kind != TextPart::Kind::name) continue;
          Template name;
          name.name = part.text, name.loc = t.loc;
          bool has = false;
          behind(name, view, [&](const Template& to, View sees) { has = has_domain(to, sees); });
          if (has) return true;
        }
      } catch (const Error&) {
      }
      return false;
    case Template::Kind::scalar:
      break;
  }
  return false;
}

// The value where it is known before anything runs.
std::optional<Value> Checker::constant(const Template& t, View view) const {
  if (has_domain(t, view)) return std::nullopt;
  try {
    return resolve_in(t, view);
  } catch (const Error&) {
    return std::nullopt;
  }
}

// A key of the language itself: null is its default.
void Checker::control_field(const FieldInfo& info, const Template& t, View view) {
  if (t.kind == Template::Kind::scalar && t.scalar.is_null()) return;
  TypeInfo type{Kind::optional};
  type.item.push_back(info.type);
  value({info, type}, t, view);
}

}  // namespace mase
