// The right tag, and a constructor that never returns: only check-plugin --load survives it.
#include <unistd.h>

#include "thing.h"

__attribute__((constructor)) static void hang() {
  for (;;) ::pause();
}

MASE_PLUGIN("hangs", "1.0.0", "Never finishes loading") { r.add<Thing>("hangs.thing", "A thing"); }
