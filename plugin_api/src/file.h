// Files: mapped for reading, and written whole or not at all.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace mase {

// A regular file mapped into memory. Error when it cannot be opened or is no regular file.
class MappedFile {
 public:
  explicit MappedFile(const std::string& file);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  std::string_view bytes() const { return {static_cast<const char*>(data_), size_}; }
  int descriptor() const { return descriptor_; }  // stays open, so that all ranges come from one and the same file
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  int descriptor_ = -1;
  void* data_ = nullptr;
  size_t size_ = 0;
};

// Writes the parts one after another to a temporary name, then renames it to `file`.
void write_file(const std::string& file, const std::vector<std::string_view>& parts);

std::string sha256_hex(std::string_view bytes);

}  // namespace mase
