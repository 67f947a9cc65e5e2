// A small parser of comparisons.
#include "expression.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "mase/text.h"

namespace mase {
namespace {
bool letter(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }
constexpr int kDeepest = 50;  // of parentheses
}  // namespace

class ExpressionParser {
 public:
  ExpressionParser(Expression& out) : out_(out), text_(out.text_) {}

  void run() {
    sum(out_.left_);
    out_.comparison_ = comparison();
    sum(out_.right_);
    space();
    if (at_ < text_.size()) fail("the end");
  }

 private:
  using Items = std::vector<Expression::Item>;

  [[noreturn]] void fail(const char* expected) {
    const std::string found = at_ < text_.size() ? "'" + text_.substr(at_, 12) + "'" : "the end";
    throw Error(format("in '{}': found {}, expected {}", text_, found, expected), out_.loc_,
                "a comparison such as 'lut <= 2500' or 'weight.frac_width <= weight.width'");
  }
  void space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  char peek() {
    space();
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  std::string comparison() {
    peek();
    for (const char* op : {"<=", ">=", "==", "!=", "<", ">"})
      if (text_.compare(at_, std::string_view(op).size(), op) == 0) {
        at_ += std::string_view(op).size();
        return op;
      }
    fail("a comparison");
  }

  void sum(Items& out) {
    product(out);
    while (peek() == '+' || peek() == '-') {
      const char op = text_[at_++];
      product(out);
      out.push_back({op, 0, 0});
    }
  }

  void product(Items& out) {
    unary(out);
    while (peek() == '*' || peek() == '/') {
      const char op = text_[at_++];
      unary(out);
      out.push_back({op, 0, 0});
    }
  }

  void unary(Items& out) {
    if (++depth_ > kDeepest) fail("less nesting");
    if (peek() == '-') {
      ++at_;
      unary(out);
      out.push_back({'~', 0, 0});
    } else if (peek() == '(') {
      ++at_;
      sum(out);
      if (peek() != ')') fail("')'");
      ++at_;
    } else {
      primary(out);
    }
    --depth_;
  }

  // The names of steps may hold '-' and begin with a digit: a minus between spaces is a minus.
  void primary(Items& out) {
    const char first = peek();
    if (!letter(first) && first != '.') fail("a name or a number");
    char* end = nullptr;
    const double number = std::strtod(text_.c_str() + at_, &end);
    const size_t length = static_cast<size_t>(end - text_.c_str()) - at_;
    const bool digits = std::isdigit(static_cast<unsigned char>(first)) || first == '.';
    if (digits && length > 0 && !(at_ + length < text_.size() && letter(text_[at_ + length]))) {
      at_ += length;
      out.push_back({'#', number, 0});
      return;
    }
    const size_t start = at_;
    const auto inside = [&](size_t i) { return i < text_.size() && letter(text_[i]); };
    while (inside(at_) ||
           (at_ > start && at_ < text_.size() && (text_[at_] == '.' || text_[at_] == '-') && inside(at_ + 1)))
      ++at_;
    if (at_ == start) fail("a name or a number");
    const std::string name = text_.substr(start, at_ - start);
    auto it = std::find(out_.names_.begin(), out_.names_.end(), name);
    if (it == out_.names_.end()) it = out_.names_.insert(it, name);
    out.push_back({'$', 0, static_cast<size_t>(it - out_.names_.begin())});
  }

  Expression& out_;
  const std::string& text_;
  size_t at_ = 0;
  int depth_ = 0;
};

Expression Expression::parse(const std::string& text, Loc loc) {
  Expression e;
  e.text_ = text;
  e.loc_ = loc;
  ExpressionParser(e).run();
  return e;
}

double Expression::evaluate(const std::vector<Item>& items, const std::vector<double>& values) {
  std::vector<double> stack;
  for (const Item& item : items) {
    if (item.op == '#') {
      stack.push_back(item.number);
    } else if (item.op == '$') {
      stack.push_back(values[item.name]);
    } else if (item.op == '~') {
      stack.back() = -stack.back();
    } else {
      const double right = stack.back();
      stack.pop_back();
      double& left = stack.back();
      left = item.op == '+'   ? left + right
             : item.op == '-' ? left - right
             : item.op == '*' ? left * right
                              : left / right;
    }
  }
  return stack.back();
}

std::optional<double> Expression::violation(const Lookup& lookup) const {
  std::vector<double> values;
  for (const std::string& name : names_) {
    const auto v = lookup(name);
    if (!v) return std::nullopt;
    values.push_back(*v);
  }
  const double left = evaluate(left_, values), right = evaluate(right_, values);
  constexpr double kTiny = std::numeric_limits<double>::min();
  if (std::isnan(left) || std::isnan(right)) return std::numeric_limits<double>::infinity();
  if (left == right) return comparison_.find('=') != std::string::npos && comparison_ != "!=" ? 0 : kTiny;
  if (comparison_ == "!=") return 0;
  if (comparison_ == "==") return std::abs(left - right);
  return comparison_[0] == '<' ? left - right : right - left;
}

std::vector<Expression> parse_expressions(const std::vector<std::pair<std::string, Loc>>& texts, const Scope& scope) {
  std::vector<Expression> out;
  for (const auto& [text, loc] : texts) out.push_back(Expression::parse(resolve_text(text, loc, scope), loc));
  return out;
}

std::optional<double> number_at(const Value& with, std::string_view path) {
  const Value* at = &with;
  while (!path.empty()) {
    if (at->is_map() && at->as_map().find("use") && at->as_map().size() <= 2) {
      at = at->as_map().find("with");
      if (!at) return std::nullopt;
    }
    const size_t dot = path.find('.');
    const std::string_view key = path.substr(0, dot);
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    if (!at->is_map()) return std::nullopt;
    at = at->as_map().find(key);
    if (!at) return std::nullopt;
  }
  return at->is_number() ? std::optional(at->as_double()) : std::nullopt;
}

}  // namespace mase
