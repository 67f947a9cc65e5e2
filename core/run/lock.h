// FolderLock: one run at a time in a folder. The lock goes with its process, however that ends.
#pragma once
#include <string>

namespace mase {

class FolderLock {
 public:
  FolderLock() = default;
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  // False when another run holds `folder`, which is made if it is absent. Error when the folder takes no files.
  bool take(const std::string& folder);

 private:
  int file_ = -1;
};

// The name of the file in a run's folder that is locked. It stays: a file that is removed could be locked by one run
// and made anew by another.
constexpr const char* kLockFile = ".lock";

}  // namespace mase
