// Zip archives with stored members, as PyTorch writes them: taken apart, changed and put together again.
#pragma once
#include <zlib.h>

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace test {

using ZipMembers = std::vector<std::pair<std::string, std::string>>;

inline uint32_t zip_number(const std::string& bytes, size_t at, size_t count) {
  uint32_t result = 0;
  for (size_t i = count; i-- > 0;) result = result << 8 | static_cast<unsigned char>(bytes.at(at + i));
  return result;
}

// Deflated members are inflated.
inline ZipMembers read_zip(const std::string& bytes) {
  ZipMembers members;
  const size_t end = bytes.rfind(std::string("PK\5\6", 4));
  if (end == std::string::npos) throw std::runtime_error("no zip archive");
  size_t at = zip_number(bytes, end + 16, 4);
  for (uint32_t i = zip_number(bytes, end + 10, 2); i > 0; --i) {
    const uint32_t method = zip_number(bytes, at + 10, 2), packed = zip_number(bytes, at + 20, 4);
    const uint32_t size = zip_number(bytes, at + 24, 4), name_size = zip_number(bytes, at + 28, 2);
    const size_t local = zip_number(bytes, at + 42, 4);
    const size_t data = local + 30 + zip_number(bytes, local + 26, 2) + zip_number(bytes, local + 28, 2);
    std::string content = bytes.substr(data, packed);
    if (method == 8) {
      std::string inflated(size, '\0');
      z_stream stream{};
      stream.next_in = reinterpret_cast<Bytef*>(content.data()), stream.avail_in = packed;
      stream.next_out = reinterpret_cast<Bytef*>(inflated.data()), stream.avail_out = size;
      inflateInit2(&stream, -15);
      ::inflate(&stream, Z_FINISH);
      inflateEnd(&stream);
      content = inflated;
    }
    members.emplace_back(bytes.substr(at + 46, name_size), content);
    at += 46 + name_size + zip_number(bytes, at + 30, 2) + zip_number(bytes, at + 32, 2);
  }
  return members;
}

inline std::string write_zip(const ZipMembers& members) {
  std::string all, directory;
  const auto put = [](std::string& to, uint64_t value, int count) {
    for (int i = 0; i < count; ++i) to += static_cast<char>(value >> (8 * i));
  };
  for (const auto& [name, content] : members) {
    std::string common;
    put(common, 20, 2), put(common, 0, 2), put(common, 0, 2), put(common, 0, 4);
    put(common, crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size())), 4);
    put(common, content.size(), 4), put(common, content.size(), 4), put(common, name.size(), 2), put(common, 0, 2);
    directory += std::string("PK\1\2", 4);
    put(directory, 20, 2);
    directory += common;
    put(directory, 0, 2), put(directory, 0, 2), put(directory, 0, 2), put(directory, 0, 4),
        put(directory, all.size(), 4);
    directory += name;
    all += std::string("PK\3\4", 4) + common + name + content;
  }
  std::string end("PK\5\6", 4);
  put(end, 0, 4), put(end, members.size(), 2), put(end, members.size(), 2), put(end, directory.size(), 4);
  put(end, all.size(), 4), put(end, 0, 2);
  return all + directory + end;
}

}  // namespace test
