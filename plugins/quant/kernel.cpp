// Which instructions the machine has, and the override of tests.
#include "kernel.h"

#include <mase/error.h>

namespace mase::quant {
namespace {

constexpr int kNotForced = -1;
thread_local int forced = kNotForced;

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
  static const Isa best = supported(Isa::avx512) ? Isa::avx512 : supported(Isa::avx2) ? Isa::avx2 : Isa::baseline;
  return forced == kNotForced ? best : static_cast<Isa>(forced);
}

ForceIsa::ForceIsa(Isa isa) : before_(forced) {
  if (!supported(isa)) throw Error("this machine lacks the instructions of the path asked for");
  forced = static_cast<int>(isa);
}
ForceIsa::~ForceIsa() { forced = before_; }

}  // namespace mase::quant
