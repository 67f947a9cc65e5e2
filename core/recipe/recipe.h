// Recipe: what a recipe file says, parsed and checked for form but not yet resolved - the tree that `check`
// walks and the run engine executes. Values keep their places; references and domains are leaves of a
// template tree.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mase/schema.h"
#include "mase/value.h"

namespace mase {

struct DomainSpec;

// A value before its references and domains are resolved.
struct Template {
  enum class Kind { scalar, list, map, reference, text, domain };
  struct Entry;
  Kind kind = Kind::scalar;
  Loc loc;
  Value scalar;                        // scalar: null, bool, number, string; text: the raw string with ${...}
  std::string name;                    // reference: without the '$'
  std::vector<Template> items;         // list
  std::vector<Entry> entries;          // map
  std::shared_ptr<DomainSpec> domain;  // domain

  bool is_null() const { return kind == Kind::scalar && scalar.is_null(); }
  const Template* find(std::string_view key) const;
  static Template from(const Value& value);  // without references: strings stay strings
};
struct Template::Entry {
  std::string key;
  Loc key_loc;
  Template value;
};

// {$choice: [...]}, {$int: ...}, {$float: ...}
struct DomainSpec {
  enum class Kind { choice, integer, real };
  Kind kind = Kind::choice;
  std::vector<Template> options;  // choice; an option may be a map with `use:`, a list, a scalar or null
  // One per option: its label, or its compact JSON (a component choice: its name).
  std::vector<std::string> labels;
  double low = 0, high = 0, step = 0;  // step 0: 1 for integers, continuous for reals
  bool log = false;
  Loc loc;
  std::vector<std::string> tags;        // one per option: what names of domains in it begin with, component or label
  Template options_from;                // `$choice: $name`: then options, labels and tags are empty
  std::vector<Template::Entry> bounds;  // low, high, step as written; above stand those that are numbers
};

// where: which nodes a step works on.
struct Where {
  Template raw;  // resolved per trial: {op, op_kind, name, regex, index, square, not}
  bool present = false;
};

struct Step;

struct Control {
  Loc loc;
  std::vector<Step> steps;
  // sweep
  Template over;     // map: every combination; list of maps: these rows
  Template repeats;  // scalar integer, default 1
  // search
  std::string sampler;  // component name; "" when it is a reference ($sampler)
  Template sampler_with;
  Template sampler_choice;     // all of `sampler:` as written: Chosen::from(resolve(...)) is the sampler
  Template trials, timeout;    // null: none
  Template space;              // map of named domains
  std::vector<Step> evaluate;  // runner steps
  Template score;              // map metric -> weight, or null
  Template objectives;         // map metric -> maximize | minimize, or null
  bool relative_to_start = false;
  std::vector<std::pair<std::string, Loc>> require, constraints;
  bool allow_test_in_search = false;
  // both: null, a name, or {use, with}
  Template pick;
};

struct Step {
  enum class Kind { use, recipe, search, sweep, model, data };
  Kind kind = Kind::use;
  Loc loc;             // where the step begins
  std::string name;    // given, or the component's (a second one at that level: quant.quantize_2)
  bool named = false;  // whether the recipe gave the name: it then prefixes metrics
  Loc name_loc;
  std::string component;  // use, model, data
  Loc component_loc;
  Template with;  // map or null
  Where where;
  bool each_node = false;
  Template when;  // null: always
  Template seed;  // null: the run's
  bool skip_if_missing = false;
  std::shared_ptr<Control> control;       // search, sweep
  std::shared_ptr<struct Recipe> recipe;  // recipe as a step: its params already bound to `with`
};

struct Recipe {
  std::string file;  // as given; places in messages use it
  std::string text;  // the file's bytes, kept for resume and compare
  std::string name;
  Template seed;
  std::vector<Template::Entry> params;  // in order; --set replaces values
  size_t bound = 0;                     // of a recipe as a step: the first so many params come from its `with`
  std::vector<Loc> plugin_locs;         // of the requirements above
  Loc loc, steps_loc;
  std::vector<std::pair<std::string, std::string>> plugins;  // name, version requirement
  std::optional<Step> model, data;
  std::vector<Step> steps;
};

// Where references find their values: params, sweep variables, named domains of a search; inner scopes first.
// A name's value may itself refer to the names before it and to outer scopes, so that nothing can refer to
// itself.
struct Scope {
  const Scope* outer = nullptr;
  std::vector<Template::Entry> names;
  size_t bound = 0;      // the values of the first so many names were written outside: they see `outer` only
  bool closed = false;   // a recipe's params: its steps see nothing beyond
  bool domains = false;  // `space:` of a search: a domain in it is called by the name, wherever it is used
  const Template* find(std::string_view name) const;
};
Scope scope_of(const Recipe& recipe, const Scope* outer = nullptr);  // its params
// The names of `space:`, to stand around everything inside the search.
Scope scope_of_space(const Control& search, const Scope* outer);

// Chosen values of domains, by the domain's address in the template tree and node ("" when shared by all
// nodes).
struct Assignment {
  virtual ~Assignment() = default;
  // The value of a number domain, or the option index of a choice; `path` is the parameter name, but that a
  // choice among components is asked for without its ".use".
  virtual double value(const DomainSpec& domain, const std::string& path) const = 0;
};

// Reads and checks the form of a recipe. `sets` are --set name=value (YAML scalars or flow collections).
// Throws Problems-carrying RecipeErrors with everything that is wrong.
struct RecipeErrors : std::exception {
  explicit RecipeErrors(Problems problems) : problems(std::move(problems)) {}
  const char* what() const noexcept override { return "the recipe has problems"; }
  Problems problems;
};
Recipe read_recipe(const std::string& file, const std::vector<std::pair<std::string, std::string>>& sets = {});
Recipe parse_recipe(const std::string& text, const std::string& file,
                    const std::vector<std::pair<std::string, std::string>>& sets = {});

// The value of a template: references followed, ${} replaced, domains taken from the assignment.
// `path` is the parameter-name prefix of domains in it (docs/recipes.md). Without an assignment a domain is
// an Error. A key is joined to the prefix with a dot, unless the prefix is empty or ends in '/'. A map {use,
// with} below the top counts as a component: its fields follow its own path directly (weight.width), in a
// choice after the component.
Value resolve(const Template& t, const Scope& scope, const Assignment* assignment = nullptr,
              const std::string& path = {});
// The same for text alone: ${name} and ${env:NAME} replaced, $$ and $${ without their first dollar.
std::string resolve_text(const std::string& text, Loc loc, const Scope& scope);
// As the recipe has it: references as "$name", domains as {$choice: ...}.
Value as_written(const Template& t);

}  // namespace mase
