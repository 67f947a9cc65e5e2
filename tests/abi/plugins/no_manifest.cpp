// The right tag, but no manifest.
#include "thing.h"

TEST_TAG(MASE_ABI_TAG)
