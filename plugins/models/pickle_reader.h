// Bytes of a pickle, taken from the front, and what is said when they make no sense.
#pragma once
#include <string>
#include <string_view>

#include "mase/error.h"
#include "mase/text.h"

namespace models {

// For messages: short, and without what would move a terminal's cursor.
inline std::string shown_text(std::string_view text) {
  std::string result(text.substr(0, 100));
  for (char& c : result)
    if (c < 0x20 || c == 0x7f) c = '?';
  return result;
}

class PickleReader {
 protected:
  PickleReader(std::string_view bytes, mase::Loc place) : bytes_(bytes), place_(place) {}

  [[noreturn]] void fail(const std::string& what) const { throw mase::Error(what, place_); }

  std::string_view take(uint64_t n) {
    if (n > bytes_.size() - at_) fail(mase::format("the pickle ends in the middle, at byte {}", bytes_.size()));
    at_ += n;
    return bytes_.substr(at_ - n, n);
  }
  uint64_t take_number(size_t n) {  // little endian
    uint64_t result = 0;
    const std::string_view digits = take(n);
    for (size_t i = n; i-- > 0;) result = result << 8 | static_cast<unsigned char>(digits[i]);
    return result;
  }
  std::string_view take_line() {
    const size_t end = bytes_.find('\n', at_);
    if (end == bytes_.npos) fail("the pickle has a name without an end");
    const std::string_view line = take(end - at_);
    take(1);
    return line;
  }

  std::string_view bytes_;
  size_t at_ = 0;

 private:
  mase::Loc place_;
};

}  // namespace models
