// Statistics of magnitudes: what scales and thresholds of binary and ternary numbers come from.
#pragma once
#include "element_format.h"

namespace mase::quant {

// A contiguous tensor as [outer, groups, inner]: one group per index of an axis, or a single one.
struct Groups {
  int64_t outer = 1, groups = 1, inner = 1;
};
// A vector has no groups: it would have one per element.
Groups groups_of(at::IntArrayRef sizes, std::optional<int> axis);

// The numbers of a contiguous tensor, float32 or float64, in groups.
struct Grouped {
  const float* single = nullptr;
  const double* twice = nullptr;  // one of the two
  Groups groups;
};

struct Above {
  double sum = 0, count = 0;
};

// Of the magnitudes of each group, an infinity counting as the greatest number; a NaN is left out. Sums are in double
// and in an order that neither threads nor instruction sets change.
std::vector<Above> magnitudes_above(const Grouped& x, const std::vector<double>& thresholds);
std::vector<double> greatest_magnitudes(const Grouped& x);
std::vector<double> mean_magnitudes(const Grouped& x);    // a NaN counting as 0
std::vector<double> median_magnitudes(const Grouped& x);  // the lower of two

}  // namespace mase::quant
