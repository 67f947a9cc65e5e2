// Built for another major version of the API.
#include "thing.h"

TEST_TAG("mase_abi:api77.0:cxxabi" MASE_STR(__GXX_ABI_VERSION) ":cxx11_1:std" MASE_STR(__cplusplus) ":torch" MASE_STR(
    TORCH_VERSION_MAJOR) "." MASE_STR(TORCH_VERSION_MINOR) ":debug0:assert" MASE_ABI_ASSERT
                                                           ":sanitizer_" MASE_ABI_SANITIZER)
TEST_MANIFEST("other_api")
