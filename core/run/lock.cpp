// FolderLock: flock() on a file, which the system takes back from a process that was killed.
#include "run/lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "mase/error.h"
#include "mase/text.h"
#include "run/files.h"

namespace mase {

FolderLock::~FolderLock() {
  if (file_ >= 0) ::close(file_);
}

bool FolderLock::take(const std::string& folder) {
  make_folder(folder);
  const std::string file = (std::filesystem::path(folder) / kLockFile).string();
  const int opened = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);  // what it starts shall not hold it
  if (opened < 0) throw Error(format("cannot write {}: {}", file, std::strerror(errno)));
  int got = 0;
  while ((got = ::flock(opened, LOCK_EX | LOCK_NB)) != 0 && errno == EINTR) {
  }
  const int why = errno;
  if (got != 0) {
    ::close(opened);
    if (why == EWOULDBLOCK) return false;
    throw Error(format("cannot lock {}: {}", file, std::strerror(why)), {}, "choose a folder on another file system");
  }
  if (file_ >= 0) ::close(file_);
  file_ = opened;
  return true;
}

}  // namespace mase
