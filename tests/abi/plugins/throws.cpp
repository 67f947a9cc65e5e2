// Throws in the middle of registering: nothing of it may stay behind.
#include <stdexcept>

#include "thing.h"

MASE_PLUGIN("throws", "1.0.0", "Throws in the middle") {
  r.add<Thing>("throws.first", "Registered before the throw");
  throw std::runtime_error("the table of contents is torn");
}
