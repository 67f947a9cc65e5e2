// A plugin with nothing wrong.
#include "thing.h"

MASE_PLUGIN("good", "1.0.0", "A plugin with nothing wrong") { r.add<Thing>("good.thing", "A thing"); }
