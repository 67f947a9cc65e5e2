// Random streams (xoshiro256**, SplitMix64).
#include "mase/random.h"

#include <bit>
#include <cmath>
#include <numbers>

namespace mase {
namespace {

uint64_t split_mix(uint64_t& state) {
  uint64_t z = (state += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

uint64_t fnv(uint64_t hash, std::string_view text) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return (hash ^ 0xff) * 0x100000001b3ULL;  // a separator that no text byte sequence can imitate across fields
}

}  // namespace

uint64_t stream_hash(uint64_t seed, std::string_view name, std::string_view purpose) {
  uint64_t state = seed ^ fnv(fnv(0xcbf29ce484222325ULL, name), purpose);
  return split_mix(state);
}

Random::Random(uint64_t seed) : seed_(seed) {
  uint64_t state = seed;
  for (uint64_t& s : state_) s = split_mix(state);
}

uint64_t Random::next() {
  const uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double Random::uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

uint64_t Random::below(uint64_t bound) {
  const uint64_t reject = (0 - bound) % bound;  // 2^64 mod bound: the values that would favour small results
  uint64_t x = next();
  while (x < reject) x = next();
  return x % bound;
}

double Random::normal() {
  const double u = 1.0 - uniform();  // (0, 1]: the logarithm is finite
  return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * uniform());
}

Random Random::fork(std::string_view purpose) const { return Random(stream_hash(seed_, purpose)); }

}  // namespace mase
