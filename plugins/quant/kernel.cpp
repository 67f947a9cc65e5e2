// Which instructions the machine has, and the overrides of tests and benchmarks.
#include "kernel.h"

#include <mase/error.h>

#include <cstdlib>
#include <string_view>

namespace mase::quant {
namespace {

constexpr int kNotForced = -1;
thread_local int forced = kNotForced;

// The best that the machine has, or what MASE_ISA names: for comparing paths from outside.
Isa first_choice() {
  const char* named = std::getenv("MASE_ISA");
  if (!named) return supported(Isa::avx512) ? Isa::avx512 : supported(Isa::avx2) ? Isa::avx2 : Isa::baseline;
  constexpr std::string_view names[] = {"sse2", "avx2", "avx512"};
  for (int i = 0; i < 3; ++i)
    if (named == names[i]) {
      if (supported(static_cast<Isa>(i))) return static_cast<Isa>(i);
      throw Error("MASE_ISA is " + std::string(named) + ", which this machine lacks");
    }
  throw Error("MASE_ISA is '" + std::string(named) + "', expected sse2, avx2 or avx512");
}

}  // namespace

bool supported(Isa isa) {
  if (isa == Isa::baseline) return true;
#ifdef __x86_64__
  if (isa == Isa::avx2) return __builtin_cpu_supports("avx2");
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
#else
  return false;
#endif
}

Isa best_isa() {
  static const Isa best = first_choice();
  return forced == kNotForced ? best : static_cast<Isa>(forced);
}

ForceIsa::ForceIsa(Isa isa) : before_(forced) {
  if (!supported(isa)) throw Error("this machine lacks the instructions of the path asked for");
  forced = static_cast<int>(isa);
}
ForceIsa::~ForceIsa() { forced = before_; }

}  // namespace mase::quant
