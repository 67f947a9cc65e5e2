// Column widths count code points, so that a 'µ' does not shift a column.
#include "cli/table.h"

#include <algorithm>

namespace mase::cli {
namespace {

size_t width(std::string_view s) {
  return static_cast<size_t>(std::count_if(s.begin(), s.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

namespace {

std::vector<std::string> wrapped(std::string_view text, size_t most) {
  std::vector<std::string> lines;
  while (width(text) > most) {
    size_t at = text.rfind(' ', most);
    if (at == text.npos || at == 0) at = text.find(' ', 1);
    if (at == text.npos) break;
    lines.emplace_back(text.substr(0, at));
    text.remove_prefix(at + 1);
  }
  lines.emplace_back(text);
  return lines;
}

}  // namespace

void Table::wrapped_row(const std::vector<std::string>& cells, size_t width) {
  std::vector<std::vector<std::string>> rows(1, std::vector<std::string>(cells.size()));
  for (size_t i = 0; i < cells.size(); ++i) {
    const bool last = i + 1 == cells.size();
    std::vector<std::string> lines = i == 0 || last ? std::vector{cells[i]} : wrapped(cells[i], width);
    if (rows.size() < lines.size()) rows.resize(lines.size(), std::vector<std::string>(cells.size()));
    for (size_t k = 0; k < lines.size(); ++k) rows[k][i] = std::move(lines[k]);
  }
  for (auto& row : rows) rows_.push_back(std::move(row));
}

void Table::sort() { std::sort(rows_.begin(), rows_.end()); }

std::string Table::text(std::string_view indent) const {
  std::vector<size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line(indent);
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - width(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace mase::cli
