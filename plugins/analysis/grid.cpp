// Tables in the manner of tabulate's "grid", which MASE prints.
#include "grid.h"

#include <algorithm>

namespace mase::analysis {
namespace {

using Lines = std::vector<std::string>;

Lines lines_of(const std::string& cell) {
  Lines lines;
  for (size_t from = 0; from < cell.size();) {
    const size_t end = std::min(cell.find('\n', from), cell.size());
    lines.push_back(cell.substr(from, end - from));
    from = end + 1;
  }
  return lines;
}

std::string rule(const std::vector<size_t>& widths, char fill) {
  std::string text = "+";
  for (const size_t width : widths) text += std::string(width + 2, fill) + "+";
  return text + "\n";
}

std::string row_text(const std::vector<Lines>& cells, const std::vector<size_t>& widths) {
  size_t height = 1;
  for (const Lines& lines : cells) height = std::max(height, lines.size());
  std::string text;
  for (size_t line = 0; line < height; ++line) {
    text += "|";
    for (size_t c = 0; c < cells.size(); ++c) {
      const std::string part = line < cells[c].size() ? cells[c][line] : "";
      text += " " + part + std::string(widths[c] - part.size(), ' ') + " |";
    }
    text += "\n";
  }
  return text;
}

}  // namespace

std::string grid(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::vector<Lines>> cells;
  std::vector<size_t> widths(rows.empty() ? 0 : rows.front().size());
  for (const auto& row : rows) {
    cells.emplace_back();
    for (size_t c = 0; c < widths.size(); ++c) {
      cells.back().push_back(c < row.size() ? lines_of(row[c]) : Lines());
      for (const std::string& line : cells.back().back()) widths[c] = std::max(widths[c], line.size());
    }
  }
  std::string text = rule(widths, '-');
  for (size_t r = 0; r < cells.size(); ++r) text += row_text(cells[r], widths) + rule(widths, r == 0 ? '=' : '-');
  return text;
}

}  // namespace mase::analysis
