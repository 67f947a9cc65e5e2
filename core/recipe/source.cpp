// Places in a recipe's text, and the bytes that make a text no recipe.
#include "source.h"

#include <algorithm>

#include "mase/text.h"

namespace mase {
namespace {

unsigned char byte_at(std::string_view s, size_t i) { return i < s.size() ? static_cast<unsigned char>(s[i]) : 0; }

// The length of the UTF-8 sequence at i, or 0: overlong forms, surrogates and values beyond U+10FFFF are
// none.
size_t sequence(std::string_view s, size_t i, uint32_t& code) {
  const unsigned char first = byte_at(s, i);
  const size_t length = first < 0x80   ? 1
                        : first < 0xC2 ? 0
                        : first < 0xE0 ? 2
                        : first < 0xF0 ? 3
                        : first < 0xF5 ? 4
                                       : 0;
  if (length <= 1) {
    code = first;
    return length;
  }
  code = first & (0x7F >> length);
  for (size_t k = 1; k < length; ++k) {
    const unsigned char next = byte_at(s, i + k);
    if ((next & 0xC0) != 0x80) return 0;
    code = (code << 6) | (next & 0x3F);
  }
  const bool bad = (length == 3 && (code < 0x800 || (code >= 0xD800 && code < 0xE000))) ||
                   (length == 4 && (code < 0x10000 || code > 0x10FFFF));
  return bad ? 0 : length;
}

// YAML's printable characters.
bool printable(uint32_t c) {
  if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
  return !(c >= 0x7F && c < 0xA0 && c != 0x85) && c != 0xFFFE && c != 0xFFFF && c != 0xFEFF;
}

}  // namespace

Source::Source(std::string_view text, std::string_view file) : text_(text), file_(Loc::intern(file)) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text_.substr(0, 3) == kByteOrderMark) text_.remove_prefix(3);
  lines_.push_back(0);
  for (size_t i = 0; i < text_.size(); ++i)
    if (text_[i] == '\n') lines_.push_back(i + 1);
}

size_t Source::line_start(size_t position) const {
  return *(std::upper_bound(lines_.begin(), lines_.end(), position) - 1);
}

std::string_view Source::line(size_t position) const {
  const size_t start = line_start(std::min(position, text_.size()));
  return text_.substr(start, text_.find('\n', start) - start);
}

Loc Source::at(size_t position) const {
  position = std::min(position, text_.size());
  // A place after the last line's end is that line's end: editors show no line behind it.
  if (position == text_.size() && position > 0 && text_[position - 1] == '\n') --position;
  const auto next = std::upper_bound(lines_.begin(), lines_.end(), position);
  const size_t start = *(next - 1);
  const bool onwards = last_ >= start && last_ <= position;
  const size_t from = onwards ? last_ : start;
  const auto more = std::count_if(text_.begin() + static_cast<std::ptrdiff_t>(from),
                                  text_.begin() + static_cast<std::ptrdiff_t>(position),
                                  [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  last_characters_ = (onwards ? last_characters_ : 0) + static_cast<size_t>(more);
  last_ = position;
  return {file_, static_cast<int>(next - lines_.begin()), static_cast<int>(last_characters_) + 1};
}

bool Source::readable(Problems& problems) const {
  if (text_.size() > kLargestRecipe) {
    problems.emplace_back(format("the file has {} bytes, a recipe has at most {}", text_.size(), kLargestRecipe), at(0),
                          "data belongs in files that the recipe names");
    return false;
  }
  for (size_t i = 0, length = 0; i < text_.size(); i += length) {
    uint32_t code = 0;
    length = sequence(text_, i, code);
    if (length == 0) {
      problems.emplace_back(format("byte 0x{:02x} is not UTF-8", byte_at(text_, i)), at(i), "save the file as UTF-8");
      return false;
    }
    if (code == 0) {
      problems.emplace_back("a NUL byte; a recipe is text", at(i));
      return false;
    }
    if (!printable(code)) {
      problems.emplace_back(format("the control character U+{:04X} cannot stand in YAML", code), at(i));
      return false;
    }
    if (code == '\r' && byte_at(text_, i + 1) != '\n') {
      problems.emplace_back("a carriage return without a line feed", at(i), "end lines with LF or CR LF");
      return false;
    }
  }
  return true;
}

}  // namespace mase
