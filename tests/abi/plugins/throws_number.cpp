// Throws what is not an exception.
#include "thing.h"

MASE_PLUGIN("throws_number", "1.0.0", "Throws a number") {
  r.add<Thing>("throws_number.first", "Registered before the throw");
  throw 42;
}
