// Enumeration: the points of a finite space, conditional ones once each, reached by their number.
#pragma once
#include "mase/sampler.h"

class Enumeration {
 public:
  Enumeration() = default;
  // `values` holds, per domain, the numbers to try; an empty list means all of the domain's.
  Enumeration(const mase::Space& space, std::vector<std::vector<double>> values);
  int64_t size() const { return size_; }  // -1: continuous or beyond 2^62
  mase::Point point(int64_t index) const;

 private:
  int64_t count(size_t domain) const;
  double value(size_t domain, int64_t place) const;
  int64_t below(int parent, int option) const;  // points of the domains that hang on this option
  int64_t subtree(size_t domain) const;         // points of one domain with everything below it
  void fill(mase::Point& point, int parent, int option, int64_t index) const;

  mase::Space space_;
  std::vector<std::vector<double>> values_;
  int64_t size_ = 0;
};
