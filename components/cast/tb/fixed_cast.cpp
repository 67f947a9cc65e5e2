// fixed_cast against the definition of a cast, for all codes.
#include <verilated.h>

#include <cstdio>
#include <vector>

#include "Vrtl_bench.h"
#include "integer.h"

struct Instance {
  int width, frac, out_width, out_frac, is_signed, out_signed, rounding, overflow;
};

#include "cases.inc"

int main() {
  VerilatedContext context;
  Vrtl_bench top(&context);
  long compared = 0, errors = 0;
  for (unsigned code = 0; code < 256; ++code) {
    top.code = code;
    top.eval();
    for (std::size_t i = 0; i < kInstances.size(); ++i) {
      const Instance& c = kInstances[i];
      if (code >> c.width) continue;
      const bench::Code expected = bench::cast(bench::value_of(code, c.width, c.is_signed), c.frac, c.out_width,
                                               c.out_frac, c.out_signed, c.rounding, c.overflow);
      ++compared;
      if (top.result[i] != expected && ++errors <= 20)
        std::printf(
            "ERROR (%d, %d) to (%d, %d), signed %d to %d, rounding %d, overflow %d: code %u becomes %u, expected %u\n",
            c.width, c.frac, c.out_width, c.out_frac, c.is_signed, c.out_signed, c.rounding, c.overflow, code,
            top.result[i], static_cast<unsigned>(expected));
    }
  }
  std::printf("%zu sets, %ld codes compared, %ld errors\n", kInstances.size(), compared, errors);
  return errors == 0 && compared > 0 ? 0 : 1;
}
