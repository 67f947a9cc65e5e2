// Errors of importers: one sentence with the file's name, whatever the file has put into it.
#include <algorithm>

#include "import.h"
#include "mase/text.h"

namespace models {

namespace {

// Bytes that a message shows of one name, which a file may make as long as it likes, and of all.
constexpr size_t kLongestWord = 300, kLongestText = 12'000;

// How many bytes the character at the front of `text` has; 0 when it is no UTF-8.
size_t character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const size_t size = lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (lead >= 0x80 && lead < 0xc2) return 0;
  if (size > text.size()) return 0;
  const auto follows = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; };
  return std::all_of(text.begin() + 1, text.begin() + static_cast<int64_t>(size), follows) ? size : 0;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  size_t word = 0;  // bytes since the last blank
  while (!text.empty() && shown.size() < kLongestText) {
    const size_t size = character(text);
    const auto first = static_cast<unsigned char>(text[0]);
    // Among those of two bytes, U+0080 to U+009F are controls as well.
    const bool is_control = first < 0x20 || first == 0x7f || (first == 0xc2 && size == 2 && text[1] < char(0xa0));
    const std::string_view next = size == 0 || is_control ? (first == '\n' ? " " : "?") : text.substr(0, size);
    word = next == " " ? 0 : word + next.size();
    if (word <= kLongestWord)
      shown += next;
    else if (word - next.size() <= kLongestWord)
      shown += "...";
    text.remove_prefix(std::max<size_t>(size, 1));
  }
  return text.empty() ? shown : shown + " ...";
}

mase::Graph import_with_errors(const ImportFields& fields, const std::function<mase::Graph()>& build) {
  const auto fail = [&](std::string_view why, std::string_view hint = {}) {
    return mase::Error(mase::format("'{}': {}", fields.file.name, printable(why)), fields.file.loc, printable(hint));
  };
  try {
    return build();
  } catch (const mase::Cancelled&) {
    throw;
  } catch (const mase::Error& e) {
    const bool has_name = e.message().find(mase::format("'{}'", fields.file.name)) != std::string::npos;
    if (e.loc() || has_name) throw mase::Error(printable(e.message()), e.loc(), printable(e.hint()));
    throw fail(e.message(), e.hint());
  } catch (const c10::Error& e) {
    throw fail(e.what_without_backtrace());
  } catch (const std::exception& e) {
    throw fail(mase::format("the file contradicts itself ({})", e.what()));
  }
}

}  // namespace models
