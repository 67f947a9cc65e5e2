// Names of recipes: who sees what.
#include "scope.h"

#include <algorithm>

#include "mase/text.h"

namespace mase {

const Template* Template::find(std::string_view key) const {
  for (const Entry& e : entries)
    if (e.key == key) return &e.value;
  return nullptr;
}

const Template* Scope::find(std::string_view name) const {
  const auto found = find_name({this}, name);
  return found ? found->value : nullptr;
}

Scope scope_of(const Recipe& recipe, const Scope* outer) {
  Scope scope;
  scope.outer = outer;
  scope.names = recipe.params;
  scope.bound = recipe.bound;
  scope.closed = true;
  return scope;
}

Scope scope_of_space(const Control& search, const Scope* outer) {
  Scope scope;
  scope.outer = outer;
  scope.names = search.space.entries;
  scope.domains = true;
  return scope;
}

std::optional<Found> find_name(View view, std::string_view name) {
  for (const Scope* s = view.scope; s; s = s->closed ? nullptr : s->outer, view.limit = SIZE_MAX)
    for (size_t i = 0; i < std::min(view.limit, s->names.size()); ++i)
      if (s->names[i].key == name) return Found{&s->names[i].value, i < s->bound ? View{s->outer} : View{s, i}, s};
  return std::nullopt;
}

NameList names_in(View view) {
  NameList names;
  for (const Scope* s = view.scope; s; s = s->closed ? nullptr : s->outer, view.limit = SIZE_MAX)
    for (size_t i = 0; i < std::min(view.limit, s->names.size()); ++i) names.add(s->names[i].key);
  return names;
}

Error unknown_reference(std::string_view name, Loc loc, View view) {
  const auto& own = view.scope ? view.scope->names : std::vector<Template::Entry>();
  for (size_t i = view.limit; i < own.size(); ++i)
    if (own[i].key == name)
      return Error(i == view.limit ? format("'{}' refers to itself", name)
                                   : format("unknown name '${}' here: it is given after this", name),
                   loc, i == view.limit ? "give it a value" : "a param sees those before it: change their order");
  const NameList names = names_in(view);
  const std::string near = did_you_mean(name, names);
  std::string hint;
  if (near.empty() && names.text().empty()) {
    hint = "names are given under 'params'; $$ is a dollar";
  } else if (near.empty()) {
    hint = "names here are: " + names.text().substr(0, names.text().size() - 1);
    for (size_t at = 0; (at = hint.find('\n', at)) != std::string::npos;) hint.replace(at, 1, ", ");
  }
  return Error("unknown name '$" + std::string(name) + "'" + near, loc, hint);
}

Found follow(const Template& t, View view) {
  Found found{&t, view, nullptr};
  while (found.value->kind == Template::Kind::reference) {
    const auto next = find_name(found.view, found.value->name);
    if (!next) throw unknown_reference(found.value->name, found.value->loc, found.view);
    found = *next;
  }
  return found;
}

bool is_use_map(const Template& t) {
  return t.kind == Template::Kind::map && t.find("use") &&
         std::all_of(t.entries.begin(), t.entries.end(),
                     [](const auto& e) { return e.key == "use" || e.key == "with"; });
}

Options options_of(const DomainSpec& spec, View view) {
  if (spec.options_from.kind != Template::Kind::reference) return {&spec.options, view};
  const Found list = follow(spec.options_from, view);
  if (list.value->kind != Template::Kind::list || list.value->items.empty())
    throw Error("'$" + spec.options_from.name + "' is no list of options for $choice", spec.options_from.loc);
  return {&list.value->items, list.view};
}

bool is_name(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  if (text.empty() || !letter(text[0])) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

}  // namespace mase
