// What the readers of the parts of a recipe share: problems collected, unknown keys, templates.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>

#include "recipe.h"

namespace mase {

class Form {
 public:
  explicit Form(Problems& problems) : problems_(problems) {}
  void problem(std::string message, const Loc& loc, std::string hint = {}) {
    problems_.emplace_back(std::move(message), loc, std::move(hint));
  }
  void problem(const Error& e) { problems_.push_back(e); }
  Problems& problems() { return problems_; }

  // Reports every key of `map` that is not in `known`. `owner`: "a search".
  void known_keys(const Map& map, std::initializer_list<std::string_view> known, const std::string& owner);
  // The value as what is asked for, or nullptr after reporting what it is instead. `name` as messages call
  // it.
  const Map* map(const Value& v, const std::string& name);
  const List* list(const Value& v, const std::string& name);
  const std::string* text(const Value& v, const std::string& name);
  bool boolean(const Value& v, const std::string& name);

  Template tree(const Value& v);  // references and domains found
  Template tree(const Value* v) { return v ? tree(*v) : Template(); }

 private:
  Template string_leaf(const Value& v);
  Template map_tree(const Value& v);
  Template domain(const Value& v);
  void choice(DomainSpec& spec, const Value& v);
  void range(DomainSpec& spec, const Value& v);
  void bound(DomainSpec& spec, const std::string& name, const Value& v);
  void check_range(DomainSpec& spec, const Loc& loc);
  void labels(DomainSpec& spec, const std::vector<std::string>& given);

  Problems& problems_;
};

}  // namespace mase
