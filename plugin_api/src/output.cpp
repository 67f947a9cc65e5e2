// Whole files, CSV rows and text tables.
#include "mase/output.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>

namespace mase {
namespace {

std::string csv_cell(const Value& value) {
  if (value.is_null()) return "";
  const std::string text = value.is_string() ? value.as_string() : value.json();
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

// Characters on the screen, not bytes: UTF-8 continuation bytes take no room.
size_t width_of(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789+-.eE%") == std::string_view::npos;
}

struct Column {
  size_t width = 0;
  bool numbers = true;
};

std::vector<Column> measure(const std::vector<std::vector<std::string>>& rows) {
  std::vector<Column> columns;
  for (size_t r = 0; r < rows.size(); ++r) {
    columns.resize(std::max(columns.size(), rows[r].size()));
    for (size_t c = 0; c < rows[r].size(); ++c) {
      columns[c].width = std::max(columns[c].width, width_of(rows[r][c]));
      if (r > 0 && !rows[r][c].empty()) columns[c].numbers &= is_number(rows[r][c]);
    }
  }
  return columns;
}

}  // namespace

void write_file(const std::string& path, std::string_view text) {
  const std::string temporary = path + ".tmp";
  std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.close();
  std::error_code failed;
  if (!out)
    failed.assign(errno, std::generic_category());
  else
    std::filesystem::rename(temporary, path, failed);
  if (!failed) return;
  std::error_code ignored;
  std::filesystem::remove(temporary, ignored);
  throw Error("cannot write " + path + ": " + failed.message());
}

std::string csv_row(const List& fields) {
  std::string line;
  for (size_t i = 0; i < fields.size(); ++i) line += (i ? "," : "") + csv_cell(fields[i]);
  return line + '\n';
}

std::string table_text(const std::vector<std::vector<std::string>>& rows) {
  const std::vector<Column> columns = measure(rows);
  std::string text;
  for (size_t r = 0; r < rows.size(); ++r) {
    std::string line, rule;
    for (size_t c = 0; c < columns.size(); ++c) {
      const std::string cell = c < rows[r].size() ? rows[r][c] : "";
      const std::string pad(columns[c].width - width_of(cell), ' ');
      line += (c ? "  " : "") + (columns[c].numbers ? pad + cell : cell + pad);
      rule += (c ? "  " : "") + std::string(columns[c].width, '-');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n' + (r == 0 ? rule + '\n' : "");
  }
  return text;
}

}  // namespace mase
