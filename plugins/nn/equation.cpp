// Reading the equation of nn.einsum and fitting shapes to it.
#include "equation.h"

#include <algorithm>

namespace mase::nn {
namespace {

[[noreturn]] void refuse_equation(const std::string& text, const std::string& why, Loc loc = {}) {
  throw Error("equation is '" + text + "', " + why, loc, "a letter for each axis, as in 'bij,bjk->bik'");
}

// Letters without blanks, '...' as one dot.
std::string axes_of(const std::string& part, const std::string& text, Loc loc) {
  std::string axes;
  for (size_t i = 0; i < part.size(); ++i) {
    const char c = part[i];
    if (c == ' ') continue;
    const bool is_rest = part.compare(i, 3, "...") == 0 && axes.find('.') == axes.npos;
    if (!is_rest && !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')))
      refuse_equation(text, "in which nobody can read '" + part + "'", loc);
    axes += c;
    if (is_rest) i += 2;
  }
  return axes;
}

}  // namespace

Equation::Equation(const std::string& text, Loc loc) : text_(text) {
  const size_t arrow = text.find("->");
  std::string all;
  for (size_t from = 0, end = std::min(arrow, text.size()); from <= end;) {
    const size_t to = std::min(text.find(',', from), end);
    inputs_.push_back(axes_of(text.substr(from, to - from), text, loc));
    all += inputs_.back();
    from = to + 1;
  }
  if (all.empty()) refuse_equation(text, "which names no axis", loc);
  if (arrow == text.npos) {  // as PyTorch: '...', then the letters that stand once, in order
    std::sort(all.begin(), all.end());
    if (all.find('.') != all.npos) result_ = ".";
    for (const char c : all)
      if (c != '.' && std::count(all.begin(), all.end(), c) == 1) result_ += c;
    return;
  }
  result_ = axes_of(text.substr(arrow + 2), text, loc);
  for (const char c : result_)
    if (all.find(c) == all.npos || std::count(result_.begin(), result_.end(), c) > 1)
      refuse_equation(
          text, std::string("expected each axis of the result once and among the inputs, found '") + c + "'", loc);
}

std::map<char, int64_t> Equation::sizes(const std::vector<Shape>& shapes) const {
  std::map<char, int64_t> found;
  if (shapes.size() != inputs_.size())
    refuse_equation(
        text_, "which takes " + std::to_string(inputs_.size()) + " inputs, found " + std::to_string(shapes.size()));
  for (size_t i = 0; i < shapes.size(); ++i) {
    const Shape& shape = shapes[i];
    const bool has_rest = inputs_[i].find('.') != std::string::npos;
    const size_t letters = inputs_[i].size() - (has_rest ? 1 : 0);
    if (has_rest ? shape.size() < letters || shape.size() > letters + 10 : shape.size() != letters)
      refuse_equation(text_, "which gives input " + std::to_string(i) + (has_rest ? " at least " : " ") +
                                 std::to_string(letters) + " axes, but its shape is " + Value(shape).json());
    const size_t rest = shape.size() - letters;
    size_t axis = 0;
    const auto take = [&](char name) {
      const int64_t size = shape[axis++];
      const auto [known, is_new] = found.try_emplace(name, size);
      if (!is_new && known->second != size && known->second != 1 && size != 1)
        refuse_equation(text_, "in which an axis has the sizes " + std::to_string(known->second) + " and " +
                                   std::to_string(size) + ": found an input of shape " + Value(shape).json());
      known->second = known->second == 1 ? size : known->second;
    };
    for (const char c : inputs_[i]) {
      if (c != '.') take(c);
      for (size_t k = rest; c == '.' && k > 0; --k) take(static_cast<char>('0' + (k - 1)));
    }
  }
  return found;
}

int64_t Equation::terms(const std::vector<Shape>& shapes) const {
  int64_t count = 1;
  for (const auto& [name, size] : sizes(shapes)) {
    const bool is_rest = name >= '0' && name <= '9';
    if (result_.find(is_rest ? '.' : name) == result_.npos) count *= size;
  }
  return count;
}

}  // namespace mase::nn
