// Operators that apply a function to each element.
#pragma once
#include "one_op.h"

namespace test {

// Compares the operator with `f` at values of either sign, zeros, and values where exponentials saturate.
template <class F>
void check_function(const char* name, Map with, const F& f) {
  const at::Tensor x = at::tensor({-3.0, -0.7, -0.0, 0.0, 0.25, 1.9, 20.0, -40.0}, at::kDouble).view({2, 4});
  const at::Tensor y = OneOp(name, std::move(with), {{1, 4}})(x);
  REQUIRE(y.sizes() == x.sizes());
  for (int64_t n = 0; n < 2; ++n)
    for (int64_t i = 0; i < 4; ++i) CHECK(element(y, {n, i}) == Approx(f(element(x, {n, i}))).margin(1e-12));
}

// The same along an axis of a [2, 4] tensor: `f` gets an element and the sum of exponentials of its axis.
template <class F>
void check_along_axis(const char* name, const F& f) {
  const at::Tensor x = values({2, 4}, 3, at::kDouble) * 4;
  for (const int64_t dim : {-1, 0}) {
    const at::Tensor y = OneOp(name, {{"dim", dim}}, {{1, 4}})(x);
    for (int64_t n = 0; n < 2; ++n)
      for (int64_t i = 0; i < 4; ++i) {
        double sum = 0;
        for (int64_t k = 0; k < (dim ? 4 : 2); ++k) sum += std::exp(dim ? element(x, {n, k}) : element(x, {k, i}));
        CHECK(element(y, {n, i}) == Approx(f(element(x, {n, i}), sum)));
      }
  }
}

}  // namespace test
