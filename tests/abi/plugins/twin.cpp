// Another plugin of the name 'good'.
#include "thing.h"

MASE_PLUGIN("good", "2.0.0", "Another good one") { r.add<Thing>("good.other", "Another thing"); }
