// Zip files by libzip, whose local headers are padded as PyTorch pads them.
#include "archive.h"

#include <mase/error.h>
#include <mase/text.h>
#include <unistd.h>
#include <zip.h>

#include <cstdint>
#include <cstdio>
#include <memory>

namespace mase::exporting {
namespace {

constexpr uint64_t kAlignment = 64, kLocalHeader = 30, kExtraHeader = 4, kZip64Extra = 20;
constexpr zip_uint16_t kPaddingId = 0x4246;  // "FB", as PyTorch calls its padding
constexpr zip_uint16_t kDay = (1 << 5) | 1;  // 1 January 1980, the earliest there is

[[noreturn]] void fail(const std::string& file, const char* why) {
  throw Error(format("cannot write '{}': {}", file, why));
}

// Adds a member whose local header begins at `offset`; returns where the next one begins.
uint64_t add_member(zip_t* archive, const ZipMember& member, uint64_t offset, const std::string& file) {
  zip_source_t* source = zip_source_buffer(archive, member.bytes.data(), member.bytes.size(), 0);
  const zip_int64_t index = source ? zip_file_add(archive, member.name.c_str(), source, ZIP_FL_ENC_GUESS) : -1;
  if (index < 0) {
    zip_source_free(source);
    fail(file, zip_strerror(archive));
  }
  const auto place = static_cast<zip_uint64_t>(index);
  const uint64_t zip64 = member.bytes.size() >= UINT32_MAX ? kZip64Extra : 0;
  const uint64_t data = offset + kLocalHeader + member.name.size() + kExtraHeader + zip64;
  const std::string padding((kAlignment - data % kAlignment) % kAlignment, 'Z');
  const auto* bytes = reinterpret_cast<const zip_uint8_t*>(padding.data());
  if (zip_set_file_compression(archive, place, ZIP_CM_STORE, 0) < 0 ||
      zip_file_set_dostime(archive, place, 0, kDay, 0) < 0 ||
      zip_file_extra_field_set(archive, place, kPaddingId, ZIP_EXTRA_FIELD_NEW, bytes,
                               static_cast<zip_uint16_t>(padding.size()), ZIP_FL_LOCAL) < 0)
    fail(file, zip_strerror(archive));
  return data + padding.size() + member.bytes.size();
}

}  // namespace

void write_zip(const std::string& file, const std::vector<ZipMember>& members) {
  const std::string temporary = file + ".tmp";
  int code = 0;
  std::unique_ptr<zip_t, decltype(&zip_discard)> archive(zip_open(temporary.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code),
                                                         zip_discard);
  if (!archive) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    const std::string why = zip_error_strerror(&error);
    zip_error_fini(&error);
    fail(file, why.c_str());
  }
  uint64_t offset = 0;
  for (const ZipMember& member : members) offset = add_member(archive.get(), member, offset, file);
  if (zip_close(archive.get()) < 0) fail(file, zip_strerror(archive.get()));
  archive.release();  // closed
  if (std::rename(temporary.c_str(), file.c_str()) != 0) {
    std::remove(temporary.c_str());
    fail(file, "the finished file cannot be renamed");
  }
}

}  // namespace mase::exporting
