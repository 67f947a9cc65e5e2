// Built with another LibTorch; its constructor would never return, so it must never be run.
#include <unistd.h>

#include "thing.h"

TEST_TAG("mase_abi:api0.1:cxxabi" MASE_STR(__GXX_ABI_VERSION) ":cxx11_1:std" MASE_STR(
    __cplusplus) ":torch9.9:debug0:assert" MASE_ABI_ASSERT ":sanitizer_" MASE_ABI_SANITIZER)
TEST_MANIFEST("other_torch")

__attribute__((constructor)) static void never_returns() {
  for (;;) ::pause();
}
