// What libzip reads an archive from: bytes in memory, with a note of where it read first.
#pragma once
#include <zip.h>

#include <string>
#include <string_view>

namespace models {

// How many members the archive's zip64 record claims; at most 65,535 without one. libzip keeps some hundred bytes for
// each, whether it exists or not.
uint64_t claimed_members(std::string_view bytes);

class ArchiveSource {
 public:
  explicit ArchiveSource(std::string_view bytes) : bytes_(bytes) { zip_error_init(&error_); }
  ~ArchiveSource() { zip_error_fini(&error_); }
  ArchiveSource(const ArchiveSource&) = delete;

  // For reading; nullptr and `why` when it is no archive. To be closed by zip_discard before this object goes.
  zip_t* open(std::string& why);
  // libzip tells nobody where a member's data begin; they begin where it reads after opening the member.
  void forget_first_read() { has_read_ = false; }
  uint64_t first_read() const { return first_read_; }
  uint64_t position() const { return position_; }

 private:
  static zip_int64_t call(void* self, void* data, zip_uint64_t length, zip_source_cmd_t command);
  zip_int64_t read(void* data, zip_uint64_t length);

  std::string_view bytes_;
  zip_error_t error_;
  uint64_t position_ = 0, first_read_ = 0;
  bool has_read_ = false;
};

}  // namespace models
