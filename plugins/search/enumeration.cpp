// Enumeration: mixed-radix numbers over the tree of domains; the first domain turns fastest.
#include "enumeration.h"

namespace {
constexpr int64_t kTooMany = int64_t{1} << 62;

int64_t times(int64_t a, int64_t b) {
  if (a < 0 || b < 0 || (b > 0 && a > kTooMany / b)) return -1;
  return a * b;
}
}  // namespace

Enumeration::Enumeration(const mase::Space& space, std::vector<std::vector<double>> values)
    : space_(space), values_(std::move(values)) {
  values_.resize(space_.domains.size());
  size_ = below(-1, -1);
}

int64_t Enumeration::count(size_t domain) const {
  return values_[domain].empty() ? space_.domains[domain].count() : static_cast<int64_t>(values_[domain].size());
}

double Enumeration::value(size_t domain, int64_t place) const {
  if (!values_[domain].empty()) return values_[domain][static_cast<size_t>(place)];
  const mase::Domain& d = space_.domains[domain];
  if (d.kind == mase::Domain::Kind::choice) return static_cast<double>(place);
  return d.low + (d.step > 0 ? d.step : 1) * static_cast<double>(place);
}

int64_t Enumeration::below(int parent, int option) const {
  int64_t product = 1;
  for (size_t i = 0; i < space_.domains.size(); ++i)
    if (space_.domains[i].parent == parent && space_.domains[i].parent_option == option)
      product = times(product, subtree(i));
  return product;
}

int64_t Enumeration::subtree(size_t domain) const {
  const int64_t n = count(domain);
  if (n < 0 || space_.domains[domain].kind != mase::Domain::Kind::choice) return n;
  int64_t sum = 0;
  for (int64_t place = 0; place < n; ++place) {
    const int64_t inner = below(static_cast<int>(domain), static_cast<int>(value(domain, place)));
    if (inner < 0 || sum > kTooMany - inner) return -1;
    sum += inner;
  }
  return sum;
}

mase::Point Enumeration::point(int64_t index) const {
  mase::Point point(space_.domains.size(), mase::kInactive);
  fill(point, -1, -1, index);
  return point;
}

void Enumeration::fill(mase::Point& point, int parent, int option, int64_t index) const {
  for (size_t i = 0; i < space_.domains.size(); ++i) {
    const mase::Domain& d = space_.domains[i];
    if (d.parent != parent || d.parent_option != option) continue;
    const int64_t size = subtree(i);
    int64_t rest = index % size;
    index /= size;
    if (d.kind != mase::Domain::Kind::choice) {
      point[i] = value(i, rest);
      continue;
    }
    int64_t place = 0;
    for (;; ++place) {
      const int64_t inner = below(static_cast<int>(i), static_cast<int>(value(i, place)));
      if (rest < inner) break;
      rest -= inner;
    }
    point[i] = value(i, place);
    fill(point, static_cast<int>(i), static_cast<int>(point[i]), rest);
  }
}
