// Comparisons of arithmetic over names: `weight.frac_width <= weight.width`, `lut <= 2500`.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "recipe.h"

namespace mase {

class Expression {
 public:
  // Error when the text is no comparison; places are that of the whole text.
  static Expression parse(const std::string& text, Loc loc);

  const std::string& text() const { return text_; }
  const Loc& loc() const { return loc_; }
  const std::vector<std::string>& names() const { return names_; }  // each once

  using Lookup = std::function<std::optional<double>(const std::string& name)>;
  // At most 0 where it holds, above 0 by how much it does not; nullopt when a name has no value.
  std::optional<double> violation(const Lookup& lookup) const;

 private:
  friend class ExpressionParser;
  struct Item {   // reverse Polish
    char op = 0;  // '#' number, '$' name, '~' negation, + - * /
    double number = 0;
    size_t name = 0;
  };
  std::string text_, comparison_;
  Loc loc_;
  std::vector<Item> left_, right_;
  std::vector<std::string> names_;
  static double evaluate(const std::vector<Item>& items, const std::vector<double>& values);
};

// The expressions of `require` or `constraints`, with ${name} in them filled in.
std::vector<Expression> parse_expressions(const std::vector<std::pair<std::string, Loc>>& texts, const Scope& scope);

// A number in a resolved `with` by its short path, which leaves out `with` and components: "weight.width".
std::optional<double> number_at(const Value& with, std::string_view path);

}  // namespace mase
