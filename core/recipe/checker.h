// Checker: walks a recipe with the registry at hand. Its parts are in check_*.cpp.
#pragma once
#include <string>
#include <vector>

#include "expression.h"
#include "loader/registry.h"
#include "mase/runner.h"
#include "scope.h"

namespace mase {

// Ends the check: names that stand for names multiply without end.
struct TooMuch {
  Error error;
};

// Where a list of steps stands.
struct CheckPlace {
  const Scope* scope = nullptr;
  bool in_search = false;  // domains may stand here
  bool allow_test = true;
};

// A metric that something at a level reports.
struct Produced {
  std::string name, source;
  Loc loc;
};

// What the steps of a level report.
struct Reported {
  std::vector<Produced> metrics;
  bool unknown = false;  // something could not be asked: names cannot be judged
  const Produced* find(const std::string& name) const;
};

class Checker {
 public:
  Checker(Registry& registry, Problems& problems) : registry_(registry), problems_(problems) {}
  void recipe(const Recipe& recipe);

 private:
  struct Use {  // a component where the recipe names one
    std::string name;
    Loc loc;
    const Template* with = nullptr;
    View view;
  };
  struct FieldAt {  // the field that a value is for
    const FieldInfo& info;
    const TypeInfo& type;
  };

  // The name behind a reference, for as long as it is looked at.
  template <class Look>
  bool behind(const Template& t, View view, const Look& look) const {
    const auto found = find_name(view, t.name);
    if (!found) return false;
    ++hops_;
    tick(t.loc);
    look(*found->value, found->view);
    --hops_;
    return true;
  }

  void problem(std::string message, const Loc& loc, std::string hint = {});
  void problem(const Error& e) { problems_.push_back(e); }

  // check_value.cpp
  void value(const FieldAt& field, const Template& t, View view);
  void typed(const FieldAt& field, const Template& t, View view);
  void leaf(const FieldAt& field, const Template& t, View view);
  void wrong_leaf(const FieldAt& field, const Value& v);
  void domain(const FieldAt& field, const Template& t, View view);
  void range(const FieldAt& field, const DomainSpec& spec, View view);
  void loose(const Template& t, View view);
  bool domain_allowed(const Template& t);
  bool has_domain(const Template& t, View view) const;
  void control_field(const FieldInfo& info, const Template& t, View view);
  std::optional<Value> constant(const Template& t, View view) const;
  void tick(const Loc& loc) const;  // TooMuch when the recipe stands for more than can be looked at
  std::string near(std::string_view word, const NameList& names) const;

  // check_component.cpp
  void chosen(const FieldAt& field, const Template& t, View view);
  const ComponentInfo* component(const Use& use, const std::vector<std::string>& kinds);
  void with(const ComponentInfo& info, const Use& use);
  const ComponentInfo* known(const Use& use, const std::vector<std::string>& kinds);
  void fields(const Fields& fields, const Template* t, View view, const std::string& owner, const Loc& loc);
  void own_check(const ComponentInfo& info, const Use& use);
  std::shared_ptr<Component> instance(const ComponentInfo& info, const Use& use);
  void plugins(const Recipe& recipe);

  // check_steps.cpp
  Reported steps(const std::vector<Step>& steps, const CheckPlace& place);
  void step(const Step& step, const CheckPlace& place, Reported& level);
  Reported included(const Recipe& recipe, const CheckPlace& place);
  void use_step(const Step& step, const CheckPlace& place, const std::vector<std::string>& kinds, Reported& level);
  void where(const Step& step, const CheckPlace& place);
  void test_split(const Step& step, const CheckPlace& place);
  void ask(const Step& step, const ComponentInfo& info, const CheckPlace& place, Reported& level);
  void report(Reported& level, const Step& step, const std::string& source, const std::string& metric);
  void merge(Reported& level, const Step& step, const Reported& inner);

  // check_control.cpp
  void sweep(const Step& step, const CheckPlace& place);
  std::vector<std::vector<Template::Entry>> rows(const Control& control, View view);
  std::vector<std::vector<Template::Entry>> covering_rows(const Template& over, View view);
  std::vector<std::vector<Template::Entry>> row_list(const Template& over, View view);
  void pick(const Step& step, const CheckPlace& place);
  void search(const Step& step, const CheckPlace& place, Reported& level);
  void space(const Control& control, const Scope& scope);
  void sampler(const Control& control, View view);

  // check_goals.cpp
  void goals(const Control& control, const Scope& scope, const Reported& reported);
  void goal_metric(const std::string& name, const Loc& loc, const Reported& reported);
  void names_something(const Expression& e, const char* where, const char* example);
  void constraints(const Control& control, const Scope& scope, const Reported& reported);
  void require(const Control& control, const Scope& scope);
  void parameters(const std::vector<Step>& steps, const Scope& scope, std::vector<std::string>& names,
                  std::vector<std::string>& inner) const;
  void parameters(const Template& t, View view, const std::string& path, bool top,
                  std::vector<std::string>& names) const;

  Registry& registry_;
  Problems& problems_;
  bool domains_ = false;  // whether a domain may stand where the walk is
  size_t domains_seen_ = 0;
  bool have_data_ = false, have_model_ = false;
  mutable size_t ticks_ = 0;
  mutable int hops_ = 0;  // from name to name
  size_t visits_ = 0;     // of steps: sweeps in sweeps multiply
};

}  // namespace mase
