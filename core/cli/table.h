// Aligned columns, and with them the one way in which commands print to stdout.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "log/print.h"

namespace mase::cli {

// Rows of cells; every column but the last is padded to its widest cell.
class Table {
 public:
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  // The same, with cells but the last broken at blanks into lines of at most `width` characters, where that can be.
  void wrapped_row(const std::vector<std::string>& cells, size_t width = 36);
  void sort();
  bool empty() const { return rows_.empty(); }
  std::string text(std::string_view indent = "") const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace mase::cli
