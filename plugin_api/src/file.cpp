// Files: mapped for reading, and written whole or not at all.
#include "file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "mase/error.h"

namespace mase {
namespace {

[[noreturn]] void failed(const std::string& file, const std::string& what) {
  throw Error(what + ": " + std::strerror(errno), Loc{Loc::intern(file)});
}

}  // namespace

MappedFile::MappedFile(const std::string& file) : name_(file) {
  // Opening a FIFO that nobody writes to would wait for ever.
  descriptor_ = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0) failed(file, "the file cannot be opened");
  struct stat info {};
  const bool regular = ::fstat(descriptor_, &info) == 0 && S_ISREG(info.st_mode);
  if (regular && info.st_size > 0) {
    size_ = static_cast<size_t>(info.st_size);
    data_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor_, 0);
  }
  if (regular && data_ != MAP_FAILED) return;
  const int error = errno;
  ::close(descriptor_);
  if (!regular) throw Error("found no regular file", Loc{Loc::intern(file)});
  errno = error;
  failed(file, "the file cannot be mapped");
}

MappedFile::~MappedFile() {
  if (data_) ::munmap(data_, size_);
  ::close(descriptor_);
}

void write_file(const std::string& file, const std::vector<std::string_view>& parts) {
  const std::string temporary = file + ".tmp" + std::to_string(::getpid());
  std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
  if (!out) failed(file, "the file cannot be written");
  for (const std::string_view part : parts) out.write(part.data(), static_cast<std::streamsize>(part.size()));
  out.close();
  if (!out || std::rename(temporary.c_str(), file.c_str()) != 0) {
    const int error = errno;
    std::remove(temporary.c_str());
    errno = error;
    failed(file, "the file cannot be written");
  }
}

}  // namespace mase
