// Sizes of search spaces.
#include <cmath>

#include "mase/sampler.h"

namespace mase {

int64_t Domain::count() const {
  if (kind == Kind::choice) return static_cast<int64_t>(labels.size());
  if (kind == Kind::real && step <= 0) return -1;
  const double width = step > 0 ? step : 1;
  return static_cast<int64_t>(std::floor((high - low) / width + 1e-9)) + 1;
}

namespace {
constexpr double kTooMany = 0x1p62;

// Points of the domains under (parent, option): the product of each domain's sum over its options.
double points(const Space& space, int parent, int option) {
  double product = 1;
  for (size_t i = 0; i < space.domains.size(); ++i) {
    const Domain& d = space.domains[i];
    if (d.parent != parent || d.parent_option != option) continue;
    const int64_t count = d.count();
    if (count < 0) return -1;
    double sum = 0;
    if (d.kind != Domain::Kind::choice) {
      sum = static_cast<double>(count);
    } else {
      for (int64_t o = 0; o < count; ++o) {
        const double inner = points(space, static_cast<int>(i), static_cast<int>(o));
        if (inner < 0) return -1;
        sum += inner;
      }
    }
    product *= sum;
    if (product > kTooMany) return -1;
  }
  return product;
}
}  // namespace

int64_t Space::size() const { return static_cast<int64_t>(points(*this, -1, -1)); }

}  // namespace mase
