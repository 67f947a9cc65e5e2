// The equation of nn.einsum: 'bij,bjk->bik', with '...' for axes without a letter.
#pragma once
#include <map>

#include "nn.h"

namespace mase::nn {

class Equation {
 public:
  Equation(const std::string& text, Loc loc);  // Error where it says nothing
  const std::vector<std::string>& inputs() const { return inputs_; }
  // The size of each letter; axes under '...' count from the last one as digits. Error when shapes do not fit.
  std::map<char, int64_t> sizes(const std::vector<Shape>& shapes) const;
  // How many products a result sums.
  int64_t terms(const std::vector<Shape>& shapes) const;

 private:
  std::vector<std::string> inputs_;  // '.' stands for '...'
  std::string result_, text_;
};

}  // namespace mase::nn
