// Keys and types of the parts of a recipe.
#include "form.h"

#include <algorithm>

#include "mase/text.h"

namespace mase {
namespace {
constexpr size_t kEnough = 200;  // problems, after which nobody reads what the next one nearly is
}

void Form::known_keys(const Map& map, std::initializer_list<std::string_view> known, const std::string& owner) {
  for (const Entry& e : map) {
    if (std::find(known.begin(), known.end(), e.key) != known.end()) continue;
    const std::string near = problems_.size() > kEnough ? "" : did_you_mean(e.key, NameList(known));
    std::string all;
    for (const auto& name : known) (all += all.empty() ? "keys are: " : ", ") += name;
    problem(format("unknown key '{}' in {}{}", e.key, owner, near), e.key_loc, near.empty() ? all : "");
  }
}

const Map* Form::map(const Value& v, const std::string& name) {
  if (v.is_map()) return &v.as_map();
  problem(format("'{}' is {}, expected a map", name, v.brief()), v.loc);
  return nullptr;
}

const List* Form::list(const Value& v, const std::string& name) {
  if (v.is_list()) return &v.as_list();
  problem(format("'{}' is {}, expected a list", name, v.brief()), v.loc);
  return nullptr;
}

const std::string* Form::text(const Value& v, const std::string& name) {
  if (v.is_string()) return &v.as_string();
  problem(format("'{}' is {}, expected a string", name, v.brief()), v.loc,
          v.is_number() || v.is_bool() ? "put quotes around it" : "");
  return nullptr;
}

bool Form::boolean(const Value& v, const std::string& name) {
  if (v.is_bool()) return v.as_bool();
  problem(format("'{}' is {}, expected true or false", name, v.brief()), v.loc);
  return false;
}

}  // namespace mase
