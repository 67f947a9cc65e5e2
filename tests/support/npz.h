// NumPy's .npz archives, made by hand.
#pragma once
#include "mase/text.h"
#include "support/zip.h"

namespace test {

// A .npy file of version 1.
template <class T>
std::string npy_file(const std::string& type, const std::string& shape, const std::vector<T>& values) {
  std::string header = mase::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", type, shape);
  while ((10 + header.size() + 1) % 64) header += ' ';
  header += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size() & 255);
  bytes += static_cast<char>(header.size() >> 8);
  return bytes + header + std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

}  // namespace test
