// Files that the data tests write: plain, gzip, .npy and idx, byte by byte.
#pragma once
#include <zlib.h>

#include <cstring>
#include <string>
#include <vector>

#include "support/fake_context.h"

namespace test {

inline std::string gzipped(const std::string& bytes) {
  std::string out(compressBound(bytes.size()) + 64, '\0');
  z_stream z{};
  deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data())), z.avail_in = static_cast<uInt>(bytes.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data()), z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  std::string out(values.size() * sizeof(T), '\0');
  if (!out.empty()) std::memcpy(out.data(), values.data(), out.size());
  return out;
}

inline std::string npy_header(const std::string& dict, int version = 1) {
  std::string text = dict;
  const size_t prefix = version == 1 ? 10 : 12;
  while ((prefix + text.size() + 1) % 64) text += ' ';
  text += '\n';
  std::string out = "\x93NUMPY";
  out += static_cast<char>(version), out += '\0';
  for (size_t i = 0; i < (version == 1 ? 2u : 4u); ++i) out += static_cast<char>(text.size() >> (8 * i) & 255);
  return out + text;
}
inline std::string npy_header(const std::string& type, const std::string& shape, bool fortran = false,
                              int version = 1) {
  return npy_header(
      "{'descr': '" + type + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape + ", }",
      version);
}

inline std::string idx_header(uint32_t magic, const std::vector<uint32_t>& sizes) {
  std::string out;
  const auto word = [&](uint32_t v) {
    for (int shift : {24, 16, 8, 0}) out += static_cast<char>(v >> shift & 255);
  };
  word(magic);
  for (uint32_t n : sizes) word(n);
  return out;
}

// Opens a data set in `dir` and returns the context that lends its splits.
inline std::unique_ptr<FakeContext> opened(const TempDir& dir, const std::string& name, mase::Map with) {
  auto context = std::make_unique<FakeContext>();
  context->folder = dir.path();
  context->open(mase::Chosen(name, std::move(with)));
  return context;
}
inline std::string refusal(const TempDir& dir, const std::string& name, mase::Map with) {
  return message([&] { opened(dir, name, std::move(with)); });
}

inline std::vector<float> floats(const at::Tensor& t) {
  const at::Tensor c = t.contiguous();
  return {c.const_data_ptr<float>(), c.const_data_ptr<float>() + c.numel()};
}
inline std::vector<int64_t> integers(const at::Tensor& t) {
  const at::Tensor c = t.contiguous();
  return {c.const_data_ptr<int64_t>(), c.const_data_ptr<int64_t>() + c.numel()};
}
inline mase::Batch whole(FakeContext& context, const std::string& split) {
  const auto& s = context.dataset(split);
  return s.batch(0, s.size());
}

// Rows 0...9 in order: 6 train, 2 validation, 2 test.
inline mase::Value ten_rows() {
  return mase::Map{
      {"rows", mase::Map{{"train", mase::List{0, 6}}, {"validation", mase::List{6, 8}}, {"test", mase::List{8, 10}}}}};
}

}  // namespace test
