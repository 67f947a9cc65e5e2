// Finding and reading plain and gzip files.
#include "file.h"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

namespace data {

namespace {
namespace fs = std::filesystem;

constexpr size_t kLongestWhy = 1000;

bool is_utf8(std::string_view text) {
  for (size_t i = 0, more = 0; i < text.size() || more; ++i) {
    const auto c = i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
    if (more ? (c & 0xc0) != 0x80 : (c & 0xc0) == 0x80 || c >= 0xf5) return false;
    more = more ? more - 1 : c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;
  }
  return true;
}

// Text out of a file for a terminal.
std::string shown(std::string text) {
  text.resize(std::min(text.size(), kLongestWhy));
  const bool is_text = is_utf8(text);
  for (char& c : text)
    if ((c >= 0 && c < 0x20) || c == 0x7f || (c < 0 && !is_text)) c = '?';
  return text;
}

constexpr size_t kMostBytes = size_t{16} << 30;  // a decompression bomb ends here

struct Close {
  void operator()(gzFile_s* f) const { gzclose_r(f); }
};
}  // namespace

void bad_file(const std::string& file, const std::string& why, const std::string& hint) {
  throw mase::Error(mase::format("{}: {}", file, shown(why)), {}, hint);
}

std::string find_file(mase::Context& context, const mase::Path& path) {
  if (path.name.empty()) throw mase::Error("the name of a file is empty", path.loc);
  const std::string file = context.path(path.name);
  std::error_code ec;
  const auto status = fs::status(file, ec);
  if (status.type() == fs::file_type::not_found)
    throw mase::Error(mase::format("no file '{}' (looked at {})", path.name, fs::absolute(file).string()), path.loc,
                      "relative names are relative to the recipe");
  if (ec) throw mase::Error(mase::format("cannot look at '{}': {}", file, ec.message()), path.loc);
  if (status.type() == fs::file_type::directory)
    throw mase::Error(mase::format("'{}' is a folder, expected a file", file), path.loc);
  if (status.type() != fs::file_type::regular)
    throw mase::Error(mase::format("'{}' is not a regular file", file), path.loc);
  return file;
}

std::string read_all(const std::string& file) {
  errno = 0;
  const std::unique_ptr<gzFile_s, Close> in(gzopen(file.c_str(), "rbe"));
  if (!in) bad_file(file, mase::format("cannot be opened: {}", std::strerror(errno)));
  gzbuffer(in.get(), 1 << 17);
  std::error_code ec;
  const auto on_disk = fs::file_size(file, ec);
  std::string bytes(ec ? 1 << 16 : static_cast<size_t>(on_disk) + 1, '\0');
  size_t used = 0;
  for (;;) {
    if (used == bytes.size()) bytes.resize(bytes.size() * 2);
    const size_t room = std::min<size_t>(bytes.size() - used, size_t{1} << 30);
    const int got = gzread(in.get(), bytes.data() + used, static_cast<unsigned>(room));
    int code = Z_OK;
    const char* text = gzerror(in.get(), &code);
    if (got < 0 || (code != Z_OK && code != Z_STREAM_END))
      bad_file(file, mase::format("damaged or cut off: {}", code == Z_ERRNO ? std::strerror(errno) : text));
    if (got == 0) break;
    used += static_cast<size_t>(got);
    if (used > kMostBytes) bad_file(file, "more than 16 GiB after decompression");
  }
  bytes.resize(used);
  return bytes;
}

}  // namespace data
