// search.random: every parameter uniform, a choice before the parameters that its option brings with it.
#pragma once
#include "mase/sampler.h"

class RandomSampler final : public mase::Sampler {
 public:
  void begin(const mase::Space& space, const std::vector<mase::Objective>& objectives, uint64_t seed) override;
  std::optional<mase::Point> ask(const mase::Request& request, const std::vector<mase::Trial>& history) override;

 private:
  mase::Space space_;
  uint64_t seed_ = 0;
};
