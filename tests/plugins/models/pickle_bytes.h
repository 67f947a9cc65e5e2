// Pickles instruction by instruction, in the terms of Python's pickletools.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "zip_bytes.h"

namespace test {

inline std::string pickled_text(const std::string& text) { return "X" + little(text.size(), 4) + text; }
inline std::string pickled_int(int64_t n) { return "\x8a\x08" + little(static_cast<uint64_t>(n), 8); }
inline std::string pickled_global(const std::string& module, const std::string& name) {
  return "c" + module + "\n" + name + "\n";
}
inline std::string pickled_tuple(const std::vector<std::string>& items) {
  std::string out = "(";
  for (const std::string& item : items) out += item;
  return out + "t";
}
inline std::string pickled_dict(const std::vector<std::string>& keys_and_values) {
  std::string out = "}(";
  for (const std::string& item : keys_and_values) out += item;
  return out + "u";
}
inline std::string pickled_shape(const std::vector<int64_t>& shape) {
  std::vector<std::string> items;
  for (const int64_t n : shape) items.push_back(pickled_int(n));
  return pickled_tuple(items);
}
inline std::string pickled_storage(const std::string& type, const std::string& key, int64_t elements) {
  return pickled_tuple({pickled_text("storage"), pickled_global("torch", type), pickled_text(key), pickled_text("cpu"),
                        pickled_int(elements)}) +
         "Q";
}
inline std::string pickled_tensor(const std::string& storage, int64_t offset, const std::vector<int64_t>& shape,
                                  const std::vector<int64_t>& strides) {
  return pickled_global("torch._utils", "_rebuild_tensor_v2") +
         pickled_tuple({storage, pickled_int(offset), pickled_shape(shape), pickled_shape(strides), "\x89",
                        pickled_global("collections", "OrderedDict") + ")R"}) +
         "R";
}
inline std::string pickled(const std::string& body) { return "\x80\x02" + body + "."; }

}  // namespace test
