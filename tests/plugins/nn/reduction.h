// Reductions against plain loops: the elements that become one, for any set of axes.
#pragma once
#include <functional>

#include "one_op.h"

namespace test {

using Fold = std::function<double(const std::vector<double>&)>;

// What `fold` makes of every group of elements of `x` ([2, 3, 4]) that agree in the axes that stay.
inline std::vector<double> folded(const at::Tensor& x, const std::vector<int64_t>& dims, const Fold& fold) {
  bool goes[3] = {dims.empty(), dims.empty(), dims.empty()};
  for (const int64_t dim : dims) goes[dim < 0 ? dim + 3 : dim] = true;
  std::vector<double> results;
  const auto end = [&](int axis, bool outer) { return goes[axis] == outer ? int64_t{1} : x.size(axis); };
  for (int64_t i = 0; i < end(0, true); ++i)
    for (int64_t j = 0; j < end(1, true); ++j)
      for (int64_t k = 0; k < end(2, true); ++k) {
        std::vector<double> group;
        for (int64_t a = 0; a < end(0, false); ++a)
          for (int64_t b = 0; b < end(1, false); ++b)
            for (int64_t c = 0; c < end(2, false); ++c) group.push_back(element(x, {i + a, j + b, k + c}));
        results.push_back(fold(group));
      }
  return results;
}

inline const std::vector<std::vector<int64_t>>& axis_sets() {
  static const std::vector<std::vector<int64_t>> kSets{{}, {0}, {1}, {-1}, {0, 2}, {2, 1}, {-3, -2}, {0, 1, 2}};
  return kSets;
}

// Compares the operator with `fold` along every set of axes, with and without the axes kept.
inline void check_reduction(const char* name, const Map& with, const at::Tensor& x, const Fold& fold) {
  for (const std::vector<int64_t>& dims : axis_sets())
    for (const bool keepdim : {false, true}) {
      INFO(name << ' ' << Value(dims).json());
      Map fields = with;
      fields.set("dim", dims), fields.set("keepdim", keepdim);
      const at::Tensor y = OneOp(name, fields, {{2, 3, 4}})(x);
      const std::vector<double> expected = folded(x, dims, fold);
      CHECK(y.dim() == (keepdim ? 3 : dims.empty() ? 0 : 3 - static_cast<int64_t>(dims.size())));
      REQUIRE(y.numel() == static_cast<int64_t>(expected.size()));
      for (size_t i = 0; i < expected.size(); ++i)
        CHECK(element(y.reshape({-1}), {static_cast<int64_t>(i)}) == Approx(expected[i]).epsilon(1e-10).margin(1e-12));
    }
}

inline double gradient_error_of(const char* name, Map with, const Shape& shape = {2, 3, 4}) {
  OneOp op(name, std::move(with), {shape});
  return gradient_error([&](const at::Tensor& x) { return op(x); }, values(shape, 5, at::kDouble));
}

}  // namespace test
