// The right tag with a manifest of another API version: built from mixed headers.
#include "thing.h"

TEST_TAG(MASE_ABI_TAG)
static void mase_register_components(mase::Registrar&) {}
extern "C" __attribute__((visibility("default"), used, retain)) const MaseManifest mase_plugin_manifest = {
    sizeof(MaseManifest), MASE_API_MAJOR + 1, 0, "old_manifest", "1.0.0", "A test", mase_register_components};
