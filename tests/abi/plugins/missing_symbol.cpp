// Calls a function that nobody defines.
#include "thing.h"

namespace acme {
int scan(const char* text);
}

MASE_PLUGIN("missing_symbol", "1.0.0", "Calls what nobody defines") {
  if (acme::scan("x") > 0) r.add<Thing>("missing_symbol.thing", "A thing");
}
