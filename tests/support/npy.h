// Reads the arrays of golden vectors: little-endian NumPy files, in C order once read.
#pragma once
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace test {

struct NpyHeader {
  std::string type;  // "<f4", "<i2"
  size_t count = 1;
  std::vector<size_t> shape;
  bool fortran_order = false;  // first index fastest
};

template <class T>
struct Npy {
  std::vector<size_t> shape;
  std::vector<T> data;
  size_t row_size() const { return shape.empty() ? 1 : data.size() / shape.front(); }
  const T* row(size_t r) const { return data.data() + r * row_size(); }
};

inline NpyHeader parse_npy_header(const std::string& text) {
  NpyHeader header;
  const size_t type = text.find("'descr': '") + 10;
  header.type = text.substr(type, text.find('\'', type) - type);
  header.fortran_order = text.find("'fortran_order': True") != std::string::npos;
  const size_t open = text.find("'shape': (") + 10;
  std::string number;
  for (size_t i = open; i < text.size(); ++i) {
    if (text[i] >= '0' && text[i] <= '9') {
      number += text[i];
      continue;
    }
    if (!number.empty()) header.shape.push_back(std::stoul(number)), header.count *= header.shape.back();
    number.clear();
    if (text[i] == ')') break;
  }
  return header;
}

// `data` with its last index fastest instead of its first.
template <class T>
std::vector<T> in_c_order(const std::vector<T>& data, const std::vector<size_t>& shape) {
  std::vector<T> out(data.size());
  for (size_t i = 0; i < data.size(); ++i) {
    size_t rest = i, place = 0;
    for (const size_t size : shape) place = place * size + rest % size, rest /= size;
    out[place] = data[i];
  }
  return out;
}

template <class T>
Npy<T> read_npy(const std::string& path, const std::string& type) {
  std::ifstream in(path, std::ios::binary);
  char magic[8];
  uint16_t size = 0;
  in.read(magic, 8).read(reinterpret_cast<char*>(&size), 2);
  if (!in || std::memcmp(magic, "\x93NUMPY\x01\x00", 8) != 0) throw std::runtime_error("no NumPy 1.0 file: " + path);
  std::string text(size, ' ');
  in.read(text.data(), size);
  const NpyHeader header = parse_npy_header(text);
  if (header.type != type) throw std::runtime_error(path + " holds " + header.type + ", expected " + type);
  Npy<T> array{header.shape, std::vector<T>(header.count)};
  in.read(reinterpret_cast<char*>(array.data.data()), static_cast<std::streamsize>(header.count * sizeof(T)));
  if (!in) throw std::runtime_error(path + " is too short");
  if (header.fortran_order) array.data = in_c_order(array.data, array.shape);
  return array;
}

}  // namespace test
