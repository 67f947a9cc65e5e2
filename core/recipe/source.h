// Source: the bytes of a recipe, and where each of them stands as an editor counts it.
#pragma once
#include <string_view>
#include <vector>

#include "mase/schema.h"

namespace mase {

class Source {
 public:
  Source(std::string_view text, std::string_view file);
  std::string_view text() const { return text_; }  // without a byte order mark
  Loc at(size_t position) const;                   // columns count characters, not bytes
  std::string_view line(size_t position) const;    // the line it stands in, without its end
  size_t line_start(size_t position) const;
  char byte(size_t position) const { return position < text_.size() ? text_[position] : '\0'; }

  // Adds the first problem that no YAML reader may let through: too large, NUL, control characters, invalid
  // UTF-8, a carriage return alone.
  bool readable(Problems& problems) const;

 private:
  std::string_view text_, file_;
  std::vector<size_t> lines_;  // where each begins
  mutable size_t last_ = 0,
                 last_characters_ = 0;  // of the place asked last: long lines are asked from left to right
};

constexpr size_t kLargestRecipe = 4u << 20;  // bytes

}  // namespace mase
