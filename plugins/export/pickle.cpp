// Python's pickle, protocol 2: numbers in little endian, strings in UTF-8.
#include "pickle.h"

namespace mase::exporting {
namespace {

std::string little_endian(uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xff);
  return text;
}

}  // namespace

void Pickle::global(std::string_view module, std::string_view name) {
  text_.append("c").append(module).append("\n").append(name).append("\n");
}

void Pickle::ordered_dict() {
  global("collections", "OrderedDict");
  text_ += ')';  // EMPTY_TUPLE
  reduce();
}

void Pickle::string(std::string_view text) {
  text_.append("X").append(little_endian(text.size(), 4)).append(text);  // BINUNICODE
}

void Pickle::integer(int64_t value) {
  const auto bits = static_cast<uint64_t>(value);
  if (value >= INT32_MIN && value <= INT32_MAX)
    text_.append("J").append(little_endian(bits, 4));  // BININT
  else
    text_.append("\x8a\x08").append(little_endian(bits, 8));  // LONG1 of 8 bytes
}

void Pickle::integers(const std::vector<int64_t>& values) {
  mark();
  for (const int64_t v : values) integer(v);
  tuple();
}

}  // namespace mase::exporting
