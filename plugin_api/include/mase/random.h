// Random streams keyed by (seed, name, purpose): nothing depends on thread, time or order of creation.
#pragma once
#include <cstdint>
#include <string_view>

namespace mase {

// A 64-bit hash that is part of the recipe contract: stable across versions and machines (SplitMix64 over FNV-1a).
uint64_t stream_hash(uint64_t seed, std::string_view name, std::string_view purpose = {});

// xoshiro256** (Blackman and Vigna 2018), seeded through SplitMix64.
class Random {
 public:
  explicit Random(uint64_t seed);
  uint64_t seed() const { return seed_; }  // what this stream was made from; seeds a LibTorch generator too
  uint64_t next();
  double uniform();                             // [0, 1), 53 bits
  uint64_t below(uint64_t bound);               // [0, bound) without bias; bound > 0
  double normal();                              // mean 0, variance 1 (Box-Muller, one value per call)
  Random fork(std::string_view purpose) const;  // an independent stream

 private:
  uint64_t seed_, state_[4];
};

}  // namespace mase
