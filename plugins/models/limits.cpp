// Bounds of memory that follow from a file's size.
#include "limits.h"

#include "mase/error.h"
#include "mase/text.h"

namespace models {

namespace {

constexpr uint64_t kAnyFile = uint64_t{64} << 20;
constexpr uint64_t kValue = 100;  // bytes of a parsed value, in lists that grow

// At most this many, whatever stands between the signs.
uint64_t count_values(std::string_view json) {
  uint64_t count = 1;
  bool in_text = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_text && c == '\\')
      ++i;
    else if (c == '"')
      in_text = !in_text;
    else if (!in_text)
      count += c == ',' || c == ':' || c == '[' || c == '{';
  }
  return count;
}

}  // namespace

uint64_t memory_for(uint64_t file_bytes) { return kAnyFile + file_bytes + file_bytes / 2; }

void check_json_size(std::string_view json, uint64_t file_bytes) {
  const uint64_t count = count_values(json);
  if (2 * json.size() + count * kValue > memory_for(file_bytes))
    throw mase::Error(mase::format("its JSON has {} bytes with {} values, more than a file of {} bytes may have",
                                   json.size(), count, file_bytes));
}

}  // namespace models
