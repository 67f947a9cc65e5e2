// The right tag, and a constructor that crashes: only check-plugin --load survives it.
#include <csignal>

#include "thing.h"

__attribute__((constructor)) static void crash() { std::raise(SIGSEGV); }

MASE_PLUGIN("crashes", "1.0.0", "Crashes when it is loaded") { r.add<Thing>("crashes.thing", "A thing"); }
