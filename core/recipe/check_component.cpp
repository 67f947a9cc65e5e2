// Components that a recipe names: they exist, are of the right kind, and their fields fit.
#include <algorithm>
#include <set>

#include "checker.h"
#include "mase/text.h"
#include "version.h"

namespace mase {
namespace {

std::string kind_list(const std::vector<std::string>& kinds) {
  std::string text;
  for (const std::string& k : kinds)
    text += (text.empty() ? "" : " or ") +
            std::string(std::string("aeiou").find(k[0]) == std::string::npos ? "a " : "an ") + k;
  return text;
}

// What a trial would get if every domain had its first value: enough to ask a component what it reports.
struct FirstOption final : Assignment {
  double value(const DomainSpec& domain, const std::string&) const override {
    return domain.kind == DomainSpec::Kind::choice ? 0 : domain.low;
  }
};

// The arguments that some of these values come from: a rule between fields has its place in the recipe, its cause
// there.
void from_sets(const Value& v, std::set<std::string>& sets) {
  if (v.loc.file.starts_with("--set ")) sets.insert(std::string(v.loc.file));
  if (v.is_list())
    for (const Value& item : v.as_list()) from_sets(item, sets);
  if (v.is_map())
    for (const Entry& e : v.as_map()) from_sets(e.value, sets);
}

}  // namespace

const ComponentInfo* Checker::known(const Use& use, const std::vector<std::string>& kinds) {
  const ComponentInfo* info = registry_.find(use.name);
  if (info && std::find(kinds.begin(), kinds.end(), info->kind) != kinds.end()) return info;
  if (info) {
    problem(format("'{}' is {}, expected {}", use.name, kind_list({info->kind}), kind_list(kinds)), use.loc,
            "mase list " + kinds.front());
    return nullptr;
  }
  NameList names;
  for (const std::string& kind : kinds)
    for (const ComponentInfo* other : registry_.list(kind)) names.add(other->name);
  if (const PluginNote* note = registry_.refused(use.name))
    return problem(format("no component '{}'", use.name), use.loc, note->file + " was refused: " + note->text), nullptr;
  const std::string near = this->near(use.name, names);
  problem(format("no component '{}'{}", use.name, near.empty() ? "" : ";" + near.substr(1)), use.loc,
          "mase list " + kinds.front());
  return nullptr;
}

const ComponentInfo* Checker::component(const Use& use, const std::vector<std::string>& kinds) {
  const ComponentInfo* info = use.name.empty() ? nullptr : known(use, kinds);
  if (!info) {
    if (use.with) loose(*use.with, use.view);
    return nullptr;
  }
  const size_t before = problems_.size();
  try {
    with(*info, use);
  } catch (const Error& e) {
    problem(e);
  }
  return problems_.size() == before ? info : nullptr;
}

void Checker::with(const ComponentInfo& info, const Use& use) {
  static const Fields kNone;
  const Template* t = use.with && !use.with->is_null() ? use.with : nullptr;
  if (t && t->kind == Template::Kind::reference) {
    const auto found = find_name(use.view, t->name);
    if (!found) throw unknown_reference(t->name, t->loc, use.view);
    return with(info, {use.name, use.loc, found->value, found->view});
  }
  if (t && t->kind == Template::Kind::domain && t->domain->kind == DomainSpec::Kind::choice) {
    if (!domain_allowed(*t)) return;
    const Options options = options_of(*t->domain, use.view);
    for (const Template& option : *options.items) with(info, {use.name, use.loc, &option, options.view});
    return;
  }
  const size_t before = problems_.size();
  fields(info.fields ? *info.fields : kNone, t, use.view, use.name, use.loc);
  if (problems_.size() == before) own_check(info, use);
}

void Checker::fields(const Fields& all, const Template* t, View view, const std::string& owner, const Loc& loc) {
  const std::string in = owner.empty() ? "" : " in " + owner;
  if (t && t->kind != Template::Kind::map)
    return problem(format("found {}, expected a map of fields{}", as_written(*t).brief(), in), t->loc);
  const auto has = [&](const std::string& name) { return t && t->find(name); };
  NameList names;
  std::string listed;
  for (const auto& f : all.all())
    names.add(f.info.name), listed += (listed.empty() ? "fields are: " : ", ") + f.info.name;
  for (const auto& f : all.all())
    if (f.info.required && !has(f.info.name))
      problem("missing '" + f.info.name + "'" + in + ": " + f.info.doc, t ? t->loc : loc);
  if (!t) return;
  for (const Template::Entry& e : t->entries) {
    const FieldInfo* info = all.find(e.key);
    if (info) {
      value({*info, info->type}, e.value, view);
      continue;
    }
    const std::string near = this->near(e.key, names);
    problem("unknown key '" + e.key + "'" + in + near, e.key_loc,
            near.empty() ? listed.empty() ? "it has no fields" : listed : "");
    loose(e.value, view);
  }
}

// The field's value names a component: null, "name", or {use: name, with: {...}}.
void Checker::chosen(const FieldAt& field, const Template& t, View view) {
  const std::vector<std::string> kinds = {field.type.component_kind};
  if (t.is_null()) return;
  if (t.kind == Template::Kind::scalar && t.scalar.is_string()) {
    component({t.scalar.as_string(), t.loc, nullptr, view}, kinds);
    return;
  }
  const Template* use = t.kind == Template::Kind::map ? t.find("use") : nullptr;
  if (!use)
    return problem(format("'{}' is {}, expected {}: its name or {{use: name, with: {{...}}}}", field.info.name,
                          as_written(t).brief(), kind_list(kinds)),
                   t.loc, "mase list " + kinds.front());
  for (const Template::Entry& e : t.entries)
    if (e.key != "use" && e.key != "with")
      problem("unknown key '" + e.key + "' beside 'use'", e.key_loc,
              e.key == "label" ? "a label belongs to an option of $choice" : "a component's fields stand under 'with'");
  try {
    const Found name = follow(*use, view);
    if (name.value->kind == Template::Kind::scalar && name.value->scalar.is_string()) {
      component({name.value->scalar.as_string(), name.value->loc, t.find("with"), view}, kinds);
    } else {
      problem(
          format("'use' is {}, expected the name of {}", as_written(*name.value).brief(), kind_list(kinds)),
          name.value->loc,
          name.value->kind == Template::Kind::domain ? "choose among maps: {$choice: [{use: ...}, {use: ...}]}" : "");
    }
  } catch (const Error& e) {
    problem(e);
  }
}

// What the component's own Config says, once the fields alone are in order and all values are known.
void Checker::own_check(const ComponentInfo& info, const Use& use) {
  const auto with = use.with ? constant(*use.with, use.view) : std::optional(Value());
  if (!with || !info.check) return;
  Problems found;
  try {
    guard(info.name, {}, [&] { found = info.check(*with); });
  } catch (const Error& e) {
    found.push_back(e);
  }
  std::set<std::string> sets;
  if (!found.empty()) from_sets(*with, sets);
  for (const Error& e : found) {
    std::string hint = e.hint();
    for (const std::string& set : sets)
      if (set != e.loc().file) hint += (hint.empty() ? "with " : ", with ") + set;
    problem(e.message(), e.loc() ? e.loc() : use.loc, hint);
  }
}

std::shared_ptr<Component> Checker::instance(const ComponentInfo& info, const Use& use) {
  try {
    const FirstOption first;
    const Value with = use.with ? resolve(*use.with, *use.view.scope, &first) : Value();
    return registry_.create(info.kind, Chosen(info.name, with.is_map() ? with.as_map() : Map{}, use.loc));
  } catch (const std::exception&) {
    return nullptr;  // what is wrong with the fields was said; anything else is said when it runs
  }
}

void Checker::plugins(const Recipe& recipe) {
  for (size_t i = 0; i < recipe.plugins.size(); ++i) {
    const auto& [name, requirement] = recipe.plugins[i];
    const Loc loc = recipe.plugin_locs[i];
    const auto& loaded = registry_.plugins();
    const auto it =
        std::find_if(loaded.begin(), loaded.end(), [&, &n = name](const LoadedPlugin& p) { return p.name == n; });
    try {
      const bool fits = it != loaded.end() && version_fits(it->version, requirement);
      if (it == loaded.end()) version_fits("0", requirement);
      const PluginNote* refused = it == loaded.end() ? registry_.refused(name) : nullptr;
      if (refused)
        problem(format("needs the plugin '{}' {}, which was refused", name, requirement), loc,
                refused->file + ": " + refused->text);
      else if (it == loaded.end())
        problem(format("needs the plugin '{}' {}, which was not found", name, requirement), loc,
                "--plugins DIR or MASE_PLUGIN_PATH says where it is");
      else if (!fits)
        problem(format("the plugin '{}' is {}, the recipe needs {}", name, it->version, requirement), loc);
    } catch (const Error& e) {
      problem(e.message(), loc, e.hint());
    }
  }
}

}  // namespace mase
