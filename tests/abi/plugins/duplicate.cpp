// Registers one name twice.
#include "thing.h"

MASE_PLUGIN("duplicate", "1.0.0", "Registers one name twice") {
  r.add<Thing>("duplicate.thing", "A thing");
  r.add<Thing>("duplicate.thing", "The same again");
}
