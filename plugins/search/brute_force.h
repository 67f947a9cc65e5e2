// search.brute_force: every point of a finite space, in order; ends by itself.
#pragma once
#include "enumeration.h"

class BruteForceSampler final : public mase::Sampler {
 public:
  void begin(const mase::Space& space, const std::vector<mase::Objective>& objectives, uint64_t seed) override;
  std::optional<mase::Point> ask(const mase::Request& request, const std::vector<mase::Trial>& history) override;
  void check(const mase::Space& space) const override;
  bool unbounded() const override { return false; }

 private:
  Enumeration points_;
};
