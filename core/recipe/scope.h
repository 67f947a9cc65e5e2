// Looking names up: a scope, and how much of it a value may see.
#pragma once
#include <optional>

#include "mase/sampler.h"
#include "recipe.h"

namespace mase {

// The first `limit` names of a scope and all beyond it.
struct View {
  const Scope* scope = nullptr;
  size_t limit = SIZE_MAX;
};

struct Found {
  const Template* value = nullptr;
  View view;                     // what the value itself sees
  const Scope* scope = nullptr;  // where it was found
};

std::optional<Found> find_name(View view, std::string_view name);
// The template behind references, and what it sees. A reference that leads nowhere is an Error at its place.
Found follow(const Template& t, View view);
NameList names_in(View view);
Error unknown_reference(std::string_view name, Loc loc, View view);

// A component in the template tree: a map with `use`, perhaps `with`, and nothing else.
bool is_use_map(const Template& t);

// The options of a choice with what they see; a list behind a reference is fetched.
struct Options {
  const std::vector<Template>* items = nullptr;
  View view;
};
Options options_of(const DomainSpec& spec, View view);
std::vector<std::string> option_labels(const std::vector<Template>& options);
std::vector<std::string> option_tags(const std::vector<Template>& options, const std::vector<std::string>& labels);

void check_bounds(const DomainSpec& spec, Loc loc);  // Error when no value lies in the range
Domain range_of(const DomainSpec& spec, View view);  // of $int and $float, their bounds known

Value resolve_in(const Template& t, View view);  // without domains

bool is_name(std::string_view text);  // [A-Za-z_][A-Za-z0-9_]*

}  // namespace mase
