// Zip archives byte by byte, honest or not, and files of torch.save made of them.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace test {

struct ZipMember {
  std::string name, data;
  int64_t claimed = -1;  // size in the directory; -1: the true one
  uint16_t method = 0, flags = 0;
};

inline uint32_t zip_checksum(std::string_view data) {
  uint32_t crc = 0xffffffff;
  for (const char c : data) {
    crc ^= static_cast<unsigned char>(c);
    for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc;
}

inline std::string little(uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(i < 8 ? value >> 8 * i : 0);
  return out;
}

// Data at multiples of 64, as PyTorch places them.
inline std::string zip_bytes(const std::vector<ZipMember>& members) {
  std::string out, directory;
  for (const ZipMember& m : members) {
    const uint64_t size = m.claimed < 0 ? m.data.size() : static_cast<uint64_t>(m.claimed), begin = out.size();
    const size_t extra = (64 - (begin + 30 + m.name.size() + 4) % 64) % 64;
    const std::string head = little(20, 2) + little(m.flags, 2) + little(m.method, 2) + little(0, 4) +
                             little(zip_checksum(m.data), 4) + little(m.data.size(), 4) + little(size, 4) +
                             little(m.name.size(), 2);
    out += "PK\3\4" + head + little(4 + extra, 2) + m.name + "FB" + little(extra, 2) + std::string(extra, 'Z') + m.data;
    directory += "PK\1\2" + little(20, 2) + head + little(0, 12) + little(begin, 4) + m.name;
  }
  const std::string end = "PK\5\6" + little(0, 4) + little(members.size(), 2) + little(members.size(), 2) +
                          little(directory.size(), 4) + little(out.size(), 4) + little(0, 2);
  return out + directory + end;
}

// What torch.save writes: the pickle and its storages "0", "1", ...
inline std::string pt_bytes(const std::string& pickle, const std::vector<std::string>& storages) {
  std::vector<ZipMember> members{{"net/data.pkl", pickle}, {"net/byteorder", "little"}};
  for (size_t i = 0; i < storages.size(); ++i) members.push_back({"net/data/" + std::to_string(i), storages[i]});
  members.push_back({"net/version", "3\n"});
  return zip_bytes(members);
}

}  // namespace test
