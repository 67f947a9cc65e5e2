// libzip's callbacks over bytes in memory.
#include "archive_source.h"

#include <algorithm>
#include <cstring>

namespace models {
namespace {

uint64_t number_at(std::string_view bytes, uint64_t at) {
  uint64_t n = 0;
  if (at > bytes.size() || bytes.size() - at < sizeof n) return 0;
  std::memcpy(&n, bytes.data() + at, sizeof n);
  return n;
}

}  // namespace

uint64_t claimed_members(std::string_view bytes) {
  constexpr size_t kReach = 65'535 + 22 + 20;  // comment, end record, locator
  const size_t begin = bytes.size() > kReach ? bytes.size() - kReach : 0;
  uint64_t most = 0;
  for (size_t at = bytes.find("PK\6\7", begin); at != bytes.npos; at = bytes.find("PK\6\7", at + 1)) {
    const uint64_t record = number_at(bytes, at + 8);
    if (record < bytes.size() && bytes.substr(record).starts_with("PK\6\6"))
      most = std::max(most, number_at(bytes, record + 32));
  }
  return most;
}

zip_t* ArchiveSource::open(std::string& why) {
  zip_error_t error;
  zip_error_init(&error);
  zip_t* zip = nullptr;
  if (zip_source_t* source = zip_source_function_create(&call, this, &error)) {
    zip = zip_open_from_source(source, ZIP_RDONLY, &error);
    if (!zip) zip_source_free(source);
  }
  if (!zip) why = zip_error_strerror(&error);
  zip_error_fini(&error);
  return zip;
}

zip_int64_t ArchiveSource::read(void* data, zip_uint64_t length) {
  const uint64_t n = std::min<uint64_t>(length, bytes_.size() - position_);
  if (n) std::memcpy(data, bytes_.data() + position_, n);
  if (!has_read_) first_read_ = position_, has_read_ = true;
  position_ += n;
  return static_cast<zip_int64_t>(n);
}

zip_int64_t ArchiveSource::call(void* self, void* data, zip_uint64_t length, zip_source_cmd_t command) {
  ArchiveSource& source = *static_cast<ArchiveSource*>(self);
  switch (command) {
    case ZIP_SOURCE_OPEN:
      source.position_ = 0;
      return 0;
    case ZIP_SOURCE_READ:
      return source.read(data, length);
    case ZIP_SOURCE_SEEK: {
      const zip_int64_t to =
          zip_source_seek_compute_offset(source.position_, source.bytes_.size(), data, length, &source.error_);
      if (to < 0) return -1;
      source.position_ = static_cast<uint64_t>(to);
      return 0;
    }
    case ZIP_SOURCE_TELL:
      return static_cast<zip_int64_t>(source.position_);
    case ZIP_SOURCE_STAT: {
      auto* const info = static_cast<zip_stat_t*>(data);
      zip_stat_init(info);
      info->size = source.bytes_.size();
      info->valid |= ZIP_STAT_SIZE;
      return sizeof *info;
    }
    case ZIP_SOURCE_ERROR:
      return zip_error_to_data(&source.error_, data, length);
    case ZIP_SOURCE_SUPPORTS:
      return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT,
                                            ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL,
                                            ZIP_SOURCE_SUPPORTS, -1);
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE:
      return 0;
    default:
      zip_error_set(&source.error_, ZIP_ER_OPNOTSUPP, 0);
      return -1;
  }
}

}  // namespace models
