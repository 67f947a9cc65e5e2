// NumPy and idx files with few, regular values.
#include "stand_in_data.h"

#include <cstdint>
#include <filesystem>
#include <fstream>

namespace mase {
namespace {

template <class T>
void write_npy(const std::string& file, const std::string& type, const std::string& shape, size_t count) {
  std::string header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + shape + "), }";
  header.resize((header.size() + 10 + 63) / 64 * 64 - 11, ' ');
  header += '\n';
  const auto size = static_cast<uint16_t>(header.size());
  std::ofstream out(file, std::ios::binary);
  out << "\x93NUMPY" << '\x01' << '\0' << static_cast<char>(size & 255) << static_cast<char>(size >> 8) << header;
  for (size_t i = 0; i < count; ++i) {
    const T v = static_cast<T>(i % 5);
    out.write(reinterpret_cast<const char*>(&v), sizeof v);
  }
}

void write_idx(const std::string& file, const std::vector<uint32_t>& shape) {
  std::ofstream out(file, std::ios::binary);
  out << '\0' << '\0' << '\x08' << static_cast<char>(shape.size());
  size_t count = 1;
  for (const uint32_t n : shape) {
    for (int shift = 24; shift >= 0; shift -= 8) out << static_cast<char>((n >> shift) & 255);
    count *= n;
  }
  for (size_t i = 0; i < count; ++i) out << static_cast<char>(i % 10);
}

}  // namespace

void write_stand_in_data(const std::string& folder) {
  std::filesystem::create_directories(folder + "/jsc");
  std::filesystem::create_directories(folder + "/mnist");
  write_npy<float>(folder + "/jsc/X_5120x16_f32.npy", "<f4", "5120, 16", 5120 * 16);
  write_npy<int64_t>(folder + "/jsc/y_5120_i64.npy", "<i8", "5120,", 5120);
  write_idx(folder + "/mnist/train-images-idx3-ubyte", {200, 28, 28});
  write_idx(folder + "/mnist/train-labels-idx1-ubyte", {200});
  write_idx(folder + "/mnist/t10k-images-idx3-ubyte", {50, 28, 28});
  write_idx(folder + "/mnist/t10k-labels-idx1-ubyte", {50});
}

}  // namespace mase
