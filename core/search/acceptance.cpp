// Acceptance: configurations are resolved once, checked, and handed on to the trial.
#include "search/acceptance.h"

#include "mase/text.h"
#include "run/steps.h"

namespace mase {

Acceptance::Acceptance(const Control& search, const NodesByStep& nodes, const Level& level)
    : registry_(level.session.registry), require_(parse_expressions(search.require, *level.scope)) {
  for (const Step& s : search.steps) {
    if (s.kind != Step::Kind::use && s.kind != Step::Kind::model && s.kind != Step::Kind::data) continue;
    const auto found = nodes.find(&s);
    if (!s.each_node || found == nodes.end()) {
      places_.push_back({&s, ""});
      continue;
    }
    for (const std::string& node : found->second) places_.push_back({&s, node});
  }
}

std::string Acceptance::refusal(const Level& level, std::vector<Prepared>& prepared) const {
  prepared.clear();
  prepared.reserve(places_.size());
  for (const Place& p : places_) {
    if (p.step->each_node && p.node.empty()) continue;
    if (!is_wanted(*p.step, level)) continue;
    prepared.push_back({p.step, p.node, resolve_component(*p.step, level, p.node)});
    const ComponentInfo& info = registry_.at(prepared.back().chosen.name());
    if (info.fields && info.fields->check)
      if (const Problems problems = info.check(prepared.back().chosen.with()); !problems.empty())
        return problems.front().message();
    for (const Entry& e : prepared.back().chosen.with())
      if (std::string why = own_refusal(e.value); !why.empty()) return why;
  }
  return broken_requirement(prepared, level);
}

// Components below a step, as they stand in its configuration: {use, with}.
std::string Acceptance::own_refusal(const Value& v) const {
  if (v.is_list())
    for (const Value& item : v.as_list())
      if (std::string why = own_refusal(item); !why.empty()) return why;
  if (!v.is_map()) return {};
  const Map& map = v.as_map();
  const Value *use = map.find("use"), *with = map.find("with");
  if (use && use->is_string())
    if (const ComponentInfo* info = registry_.find(use->as_string()); info && info->fields && info->fields->check)
      if (const Problems problems = info->check(with ? *with : Value(Map())); !problems.empty())
        return problems.front().message();
  for (const Entry& e : map)
    if (std::string why = own_refusal(e.value); !why.empty()) return why;
  return {};
}

std::string Acceptance::broken_requirement(const std::vector<Prepared>& prepared, const Level& level) const {
  for (const Expression& e : require_) {
    const auto look_up = [&](const Prepared* p) {
      return [&, p](const std::string& name) -> std::optional<double> {
        if (p)
          if (const auto v = number_at(p->chosen.with(), name)) return v;
        if (!level.scope->find(name)) return std::nullopt;
        Template reference;
        reference.kind = Template::Kind::reference, reference.name = name;
        const Value v = resolve(reference, *level.scope, level.assignment);
        return v.is_number() ? std::optional(v.as_double()) : std::nullopt;
      };
    };
    for (const Prepared& p : prepared)
      if (e.violation(look_up(&p)).value_or(0) > 0) return format("require: {}", e.text());
    if (prepared.empty() && e.violation(look_up(nullptr)).value_or(0) > 0) return format("require: {}", e.text());
  }
  return {};
}

}  // namespace mase
