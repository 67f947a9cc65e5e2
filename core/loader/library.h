// One plugin file that was checked, loaded and whose manifest was read. Only here is Boost.DLL used.
#pragma once
#include <memory>
#include <string>

#include "mase/abi.h"

namespace mase {

// Whether the code of a plugin leaves the process when its last component is gone.
enum class Unload { never, with_last_object };

class Library {
 public:
  // Throws Error with a sentence for every file that is not a plugin for this host. Nothing of the file is
  // run before its form and its ABI tag have been checked.
  static std::shared_ptr<Library> open(const std::string& file, Unload unload = Unload::never);
  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  const MaseManifest& manifest() const { return *manifest_; }

 private:
  struct Handle;
  Library();
  std::unique_ptr<Handle> handle_;
  const MaseManifest* manifest_ = nullptr;
};

// Error unless the host can use a plugin with this manifest: size, API version, names, registering function.
void check_manifest(const MaseManifest& manifest);

}  // namespace mase
