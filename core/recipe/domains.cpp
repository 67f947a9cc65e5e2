// Walks the steps of a search as resolve() does, and notes each domain where resolve() will ask for it.
#include "domains.h"

#include <algorithm>

#include "mase/text.h"
#include "run/rows.h"
#include "scope.h"

namespace mase {

int SearchSpace::find(const DomainSpec& domain, std::string_view path) const {
  const auto it = index_.find(KeyView{&domain, path});
  return it == index_.end() ? -1 : it->second;
}

double PointAssignment::value(const DomainSpec& domain, const std::string& path) const {
  const int index = space_.find(domain, path);
  if (index >= 0 && static_cast<size_t>(index) < point_.size()) return point_[static_cast<size_t>(index)];
  if (outer_) return outer_->value(domain, path);
  throw Error("this domain is not part of the search's space (as '" + path + "')", domain.loc);
}

class DomainCollector {
 public:
  DomainCollector(SearchSpace& out, const NodesOfStep& nodes) : out_(out), nodes_(nodes) {}

  void named(const Scope& space) {
    for (size_t i = 0; i < space.names.size(); ++i)
      walk(space.names[i].value, {&space, i}, {space.names[i].key, space.names[i].key}, {}, false);
  }

  void steps(const std::vector<Step>& steps, const Scope& scope, const std::string& prefix) {
    for (const Step& s : steps) step(s, scope, prefix + s.name + "/");
  }

 private:
  struct Path {
    std::string full, shown;  // with and without step, node and component
  };
  struct Parent {
    int domain = -1, option = -1;
  };

  static std::string joined(const std::string& path, std::string_view key) {
    if (key.empty()) return path;
    return path.empty() || path.back() == '/' ? path + std::string(key) : path + "." + std::string(key);
  }
  static Path joined(const Path& path, std::string_view key, bool shown = true) {
    return {joined(path.full, key), shown ? joined(path.shown, key) : path.shown};
  }

  void step(const Step& s, const Scope& scope, const std::string& prefix) {
    walk(s.when, {&scope}, {prefix + "when", "when"}, {}, true);
    walk(s.where.raw, {&scope}, {prefix + "where", "where"}, {}, true);
    if (s.kind == Step::Kind::recipe) {
      if (!s.recipe) return;
      const Scope inner = scope_of(*s.recipe, &scope);
      steps(s.recipe->steps, inner, prefix);
    } else if (s.kind == Step::Kind::sweep) {
      sweep(*s.control, scope, prefix);
    } else if (s.kind != Step::Kind::search) {  // a search within has a space of its own
      for (const std::string& node : s.each_node ? nodes_(s) : std::vector<std::string>{""})
        walk(s.with, {&scope}, {node.empty() ? prefix : prefix + node + "/", ""}, {}, true);
    }
  }

  void sweep(const Control& control, const Scope& scope, const std::string& prefix) {
    std::vector<SweepRow> rows(1);
    if (control.over.kind != Template::Kind::scalar) rows = sweep_rows(control.over, scope);
    for (const SweepRow& row : rows) {
      Scope inner;
      inner.outer = &scope;
      inner.names = row.names;
      steps(control.steps, inner, prefix);
    }
  }

  void walk(const Template& t, View view, const Path& path, Parent parent, bool top) {
    if (t.kind == Template::Kind::reference) {
      const auto found = find_name(view, t.name);
      if (!found) throw unknown_reference(t.name, t.loc, view);
      if (!found->scope->domains) walk(*found->value, found->view, path, parent, top);
    } else if (t.kind == Template::Kind::domain) {
      domain(t, view, path, parent);
    } else if (t.kind == Template::Kind::list) {
      for (size_t i = 0; i < t.items.size(); ++i)
        walk(t.items[i], view, joined(path, std::to_string(i)), parent, false);
    } else if (t.kind == Template::Kind::map) {
      const bool component = !top && is_use_map(t);
      for (const Template::Entry& e : t.entries)
        walk(e.value, view, joined(path, component ? "" : e.key), parent, component);
    }
  }

  void domain(const Template& t, View view, const Path& path, Parent parent) {
    const DomainSpec& spec = *t.domain;
    if (out_.find(spec, path.full) >= 0) return;  // in a sweep's second row
    const bool choice = spec.kind == DomainSpec::Kind::choice;
    Domain d = choice ? Domain() : range_of(spec, view);
    d.name = path.full;
    d.parent = parent.domain, d.parent_option = parent.option;
    const int index = static_cast<int>(out_.space.domains.size());
    if (!choice) return note(spec, path, std::move(d));
    const Options options = options_of(spec, view);
    const bool late = spec.labels.size() != options.items->size();
    d.labels = late ? option_labels(*options.items) : spec.labels;
    const auto tags = late ? option_tags(*options.items, d.labels) : spec.tags;
    if (fill_options(d, options)) d.name += ".use";
    note(spec, path, std::move(d));
    for (size_t i = 0; i < options.items->size(); ++i)
      walk((*options.items)[i], options.view, joined(path, tags[i], false), {index, static_cast<int>(i)}, false);
  }

  // Fills in the options as samplers see them; true when one of them is a component.
  static bool fill_options(Domain& d, const Options& options) {
    bool component = false;
    for (size_t i = 0; i < options.items->size(); ++i) {
      const Found option = follow((*options.items)[i], options.view);
      const bool plain = option.value->kind == Template::Kind::scalar || option.value->kind == Template::Kind::text;
      component |= is_use_map(*option.value);
      d.options.push_back(plain ? resolve_in(*option.value, option.view) : Value(d.labels[i]));
    }
    return component;
  }

  void note(const DomainSpec& spec, const Path& path, Domain d) {
    std::string name = d.name;  // two rows of a sweep may bring different domains to one place
    for (int n = 2; !names_.insert({name, 0}).second; ++n) name = d.name + "_" + std::to_string(n);
    d.name = name;
    out_.index_.emplace(SearchSpace::Key{&spec, path.full}, static_cast<int>(out_.space.domains.size()));
    out_.space.domains.push_back(std::move(d));
    out_.short_names_.push_back(path.shown);
  }

  SearchSpace& out_;
  const NodesOfStep& nodes_;
  std::unordered_map<std::string, int> names_;
};

SearchSpace collect_domains(const Control& search, const Scope& scope, const NodesOfStep& nodes,
                            const std::string& prefix) {
  SearchSpace out;
  DomainCollector collector(out, nodes);
  const Scope inner = scope_of_space(search, &scope);
  collector.named(inner);
  collector.steps(search.steps, inner, prefix);
  return out;
}

}  // namespace mase
