// Writing safetensors files.
#include <algorithm>
#include <cstring>

#include "file.h"
#include "mase/safetensors.h"
#include "mase/text.h"
#include "mase/value.h"
#include "safetensors_dtypes.h"

namespace mase {

void write_safetensors(const std::string& file, const NamedTensors& tensors) {
  std::vector<std::pair<const std::string*, at::Tensor>> items;
  for (const auto& [key, tensor] : tensors) {
    if (!tensor.defined()) throw Error("tensor '" + key + "' is undefined");
    if (!stored_type(tensor.scalar_type()))
      throw Error(
          format("tensor '{}' is {}, which safetensors has no name for", key, c10::toString(tensor.scalar_type())));
    items.emplace_back(&key, tensor.contiguous());
  }
  // Wide elements first keeps every tensor aligned for readers that map the file.
  std::stable_sort(items.begin(), items.end(),
                   [](const auto& a, const auto& b) { return a.second.element_size() > b.second.element_size(); });
  Map header{{"__metadata__", Map{{"format", "pt"}}}};
  std::vector<std::string_view> parts(2);
  size_t offset = 0;
  for (const auto& [key, tensor] : items) {
    if (header.find(*key)) throw Error("two tensors are called '" + *key + "'");
    header.set(*key, Map{{"dtype", stored_type(tensor.scalar_type())->name},
                         {"shape", shape_of(tensor)},
                         {"data_offsets", List{offset, offset + tensor.nbytes()}}});
    offset += tensor.nbytes();
    parts.emplace_back(static_cast<const char*>(tensor.const_data_ptr()), tensor.nbytes());
  }
  std::string text = Value(std::move(header)).json();
  text.append((8 - text.size() % 8) % 8, ' ');
  char length[8];
  const uint64_t size = text.size();
  std::memcpy(length, &size, sizeof length);
  parts[0] = {length, sizeof length};
  parts[1] = text;
  write_file(file, parts);
}

}  // namespace mase
