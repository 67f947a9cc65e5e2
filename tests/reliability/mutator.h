// Damage of the kinds that editors, merges and slips of the hand do to recipes.
#pragma once
#include <string>
#include <vector>

#include "mase/random.h"

namespace mase {

class Mutator {
 public:
  explicit Mutator(uint64_t seed) : random_(seed) {}
  // `text` with one to four mutations of bytes, tokens, lines or indentation.
  std::string mutate(const std::string& text);

 private:
  void once(std::string& text);
  void bytes(std::string& text, uint64_t kind);
  void tokens(std::string& text, uint64_t kind);
  void lines(std::string& text, uint64_t kind);
  size_t pick(size_t bound) { return bound == 0 ? 0 : random_.below(bound); }

  Random random_;
};

}  // namespace mase
