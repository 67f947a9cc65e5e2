// A manifest, but no tag: built by hand, without MASE_PLUGIN.
#include "thing.h"

TEST_MANIFEST("no_tag")
