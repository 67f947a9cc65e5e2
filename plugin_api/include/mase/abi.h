// The door: the one C symbol of a plugin, and the ABI tag that is read from the file before it is loaded.
#pragma once
#include <torch/headeronly/version.h>

#include <cstdint>

#define MASE_API_MAJOR 0
#define MASE_API_MINOR 1

namespace mase {
class Registrar;
}

extern "C" {
struct MaseManifest {
  uint32_t struct_size;  // sizeof(MaseManifest) when the plugin was built
  uint32_t api_major;
  uint32_t api_minor;
  const char* name;     // the prefix of all its components
  const char* version;  // "1.2.3"
  const char* doc;      // one sentence
  void (*register_components)(mase::Registrar&);
};
}

#define MASE_STR_(x) #x
#define MASE_STR(x) MASE_STR_(x)

#ifdef _GLIBCXX_DEBUG
#define MASE_ABI_DEBUG "1"
#else
#define MASE_ABI_DEBUG "0"
#endif
#ifdef NDEBUG
#define MASE_ABI_ASSERT "0"
#else
#define MASE_ABI_ASSERT "1"
#endif
#if defined(__SANITIZE_ADDRESS__)
#define MASE_ABI_SANITIZER "address"
#elif defined(__SANITIZE_THREAD__)
#define MASE_ABI_SANITIZER "thread"
#else
#define MASE_ABI_SANITIZER "none"
#endif

// Fixed order: API major.minor, compiler C++ ABI, _GLIBCXX_USE_CXX11_ABI, C++ standard, LibTorch major.minor,
// debug mode, assertions, sanitizer. A host accepts exactly its own tag (docs/abi.md).
#define MASE_ABI_TAG \
  "mase_abi:api" MASE_STR(MASE_API_MAJOR) "." MASE_STR(MASE_API_MINOR) ":cxxabi" MASE_STR(__GXX_ABI_VERSION) \
  ":cxx11_" MASE_STR(_GLIBCXX_USE_CXX11_ABI) ":std" MASE_STR(__cplusplus) ":torch"                          \
  MASE_STR(TORCH_VERSION_MAJOR) "." MASE_STR(TORCH_VERSION_MINOR) ":debug" MASE_ABI_DEBUG                    \
  ":assert" MASE_ABI_ASSERT ":sanitizer_" MASE_ABI_SANITIZER
