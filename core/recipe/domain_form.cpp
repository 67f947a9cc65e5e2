// {$choice: [...]}, {$int: [low, high]}, {$float: {low: ..., high: ..., step: ..., log: true}}.
#include <algorithm>
#include <cmath>
#include <set>

#include "form.h"
#include "mase/text.h"
#include "scope.h"

namespace mase {
namespace {

// An option's own label, taken out of it: {use: ..., label: small}, or {label: small, value: [16, 8]}.
std::string take_label(Value& option) {
  if (!option.is_map()) return {};
  Map& map = option.as_map();
  const Value* label = map.find("label");
  if (!label || !label->is_string()) return {};
  std::string text = label->as_string();
  const Value* value = map.find("value");
  if (value && map.size() == 2) {
    Value inner = *value;
    option = std::move(inner);
  } else {
    map.erase("label");
  }
  return text;
}

std::string use_of(const Template& option) {
  const Template* use = is_use_map(option) ? option.find("use") : nullptr;
  return use && use->kind == Template::Kind::scalar && use->scalar.is_string() ? use->scalar.as_string()
                                                                               : std::string();
}

bool alone(const std::vector<Template>& options, const std::string& component) {
  return std::count_if(options.begin(), options.end(), [&](const Template& o) { return use_of(o) == component; }) == 1;
}

}  // namespace

std::vector<std::string> option_labels(const std::vector<Template>& options) {
  std::vector<std::string> labels;
  for (const Template& option : options) {
    const std::string component = use_of(option);
    if (!component.empty() && alone(options, component)) {
      labels.push_back(component);
    } else if (option.kind == Template::Kind::reference) {
      labels.push_back(option.name);
    } else {
      const Value written = as_written(option);
      labels.push_back(written.is_string() ? written.as_string() : written.json());
    }
  }
  return labels;
}

std::vector<std::string> option_tags(const std::vector<Template>& options, const std::vector<std::string>& labels) {
  std::vector<std::string> tags;
  for (size_t i = 0; i < options.size(); ++i) {
    const std::string component = use_of(options[i]);
    const bool scalar = options[i].kind == Template::Kind::scalar || options[i].kind == Template::Kind::text;
    tags.push_back(scalar ? "" : !component.empty() && alone(options, component) ? component : labels[i]);
  }
  return tags;
}

void Form::labels(DomainSpec& spec, const std::vector<std::string>& given) {
  spec.labels = option_labels(spec.options);
  for (size_t i = 0; i < given.size(); ++i)
    if (!given[i].empty()) spec.labels[i] = given[i];
  spec.tags = option_tags(spec.options, spec.labels);
  std::set<std::string> seen;
  for (size_t i = 0; i < spec.labels.size(); ++i)
    if (!seen.insert(spec.labels[i]).second)
      problem(format("two options are both called '{}'", spec.labels[i]), spec.options[i].loc,
              "remove one, or give it a 'label'");
}

void Form::choice(DomainSpec& spec, const Value& v) {
  const Template t = tree(v.is_list() ? Value() : v);
  if (t.kind == Template::Kind::reference) {
    spec.options_from = t;
    return;
  }
  const List* options = list(v, "$choice");
  if (!options) return;
  if (options->empty()) problem("$choice has no options", v.loc);
  std::vector<std::string> given;
  for (Value option : *options) {
    const Loc loc = option.loc;
    given.push_back(take_label(option));
    if (!option.loc) option.loc = loc;
    spec.options.push_back(tree(option));
  }
  labels(spec, given);
}

void Form::bound(DomainSpec& spec, const std::string& name, const Value& v) {
  Template t = tree(v);
  double* number = name == "low" ? &spec.low : name == "high" ? &spec.high : &spec.step;
  if (v.is_number()) {
    *number = v.as_double();
    if (spec.kind == DomainSpec::Kind::integer && !v.is_int())
      problem(format("'{}' is {}, expected an integer", name, v.brief()), v.loc);
    if (!std::isfinite(*number)) problem(format("'{}' is {}, expected a finite number", name, v.brief()), v.loc);
  } else if (t.kind != Template::Kind::reference) {
    problem(format("'{}' is {}, expected a number", name, v.brief()), v.loc);
  }
  spec.bounds.push_back({name, v.loc, std::move(t)});
}

void Form::range(DomainSpec& spec, const Value& v) {
  const std::string kind = spec.kind == DomainSpec::Kind::integer ? "$int" : "$float";
  if (v.is_list() && v.as_list().size() == 2) {
    bound(spec, "low", v.as_list()[0]);
    bound(spec, "high", v.as_list()[1]);
  } else if (v.is_map()) {
    const Map& map = v.as_map();
    known_keys(map, {"low", "high", "step", "log"}, kind);
    for (const char* name : {"low", "high", "step"}) {
      if (const Value* b = map.find(name)) {
        bound(spec, name, *b);
      } else if (name != std::string_view("step")) {
        problem(format("'{}' is missing in {}", name, kind), v.loc);
      }
    }
    if (const Value* log = map.find("log")) spec.log = boolean(*log, "log");
  } else {
    problem(format("{} is {}, expected [low, high] or {{low, high, step, log}}", kind, v.brief()), v.loc);
  }
}

void Form::check_range(DomainSpec& spec, const Loc& loc) {
  const bool known = spec.bounds.size() >= 2 && std::all_of(spec.bounds.begin(), spec.bounds.end(), [](const auto& b) {
                       return b.value.kind == Template::Kind::scalar && b.value.scalar.is_number();
                     });
  if (!known) return;
  try {
    check_bounds(spec, loc);
  } catch (const Error& e) {
    problem(e);
  }
}

Template Form::domain(const Value& v) {
  const Map& map = v.as_map();
  Template t;
  t.loc = v.loc;
  t.kind = Template::Kind::domain;
  t.domain = std::make_shared<DomainSpec>();
  t.domain->loc = v.loc;
  const auto first = std::find_if(map.begin(), map.end(), [](const Entry& e) {
    return e.key == "$choice" || e.key == "$int" || e.key == "$float";
  });
  for (const Entry& e : map)
    if (&e != &*first)
      problem(format("unknown key '{}' beside '{}'", e.key, first->key), e.key_loc,
              "a domain has one key; an option may carry a 'label'");
  if (first->key == "$choice") {
    choice(*t.domain, first->value);
  } else {
    t.domain->kind = first->key == "$int" ? DomainSpec::Kind::integer : DomainSpec::Kind::real;
    range(*t.domain, first->value);
    check_range(*t.domain, first->value.loc);
  }
  return t;
}

Domain range_of(const DomainSpec& spec, View view) {
  const bool whole = spec.kind == DomainSpec::Kind::integer;
  DomainSpec known = spec;
  for (const Template::Entry& b : spec.bounds) {
    const Value v = resolve_in(b.value, view);
    if (!v.is_number() || (whole && !v.is_int()))
      throw Error(format("'{}' is {}, expected {}", b.key, v.brief(), whole ? "an integer" : "a number"), v.loc);
    (b.key == "low" ? known.low : b.key == "high" ? known.high : known.step) = v.as_double();
  }
  check_bounds(known, spec.loc);
  Domain d;
  d.kind = whole ? Domain::Kind::integer : Domain::Kind::real;
  d.low = known.low, d.high = known.high, d.log = known.log;
  d.step = whole && known.step == 0 ? 1 : known.step;
  return d;
}

void check_bounds(const DomainSpec& spec, Loc loc) {
  const auto place = [&](std::string_view name) {
    for (const auto& b : spec.bounds)
      if (b.key == name) return b.value.loc;
    return loc;
  };
  const bool has_step =
      std::any_of(spec.bounds.begin(), spec.bounds.end(), [](const auto& b) { return b.key == "step"; });
  if (!(spec.low <= spec.high))
    throw Error(format("the low end {} lies above the high end {}", spec.low, spec.high), place("low"));
  if (has_step && !(spec.step > 0)) throw Error(format("'step' is {}, expected more than 0", spec.step), place("step"));
  if (spec.log && !(spec.low > 0))
    throw Error(format("'low' is {}, a logarithmic range begins above 0", spec.low), place("low"));
  if (spec.log && has_step && spec.kind == DomainSpec::Kind::real)
    throw Error("a logarithmic range has no 'step'", place("step"));
}

}  // namespace mase
