// Reads CSV files, and finds the tables that lie inside the rows of a sweep.
#include "results.h"

#include <mase/error.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace mase::report {
namespace {
namespace fs = std::filesystem;

constexpr const char* kTables[] = {"sweep.csv", "trials.csv", "fit.csv"};

// RFC 4180: fields between commas, quotes doubled inside quotes.
std::vector<std::vector<std::string>> split(const std::string& text) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> row;
  std::string field;
  bool quoted = false, begun = false;
  const auto end_row = [&] {
    if (begun || !row.empty()) row.push_back(field), rows.push_back(row);
    row.clear(), field.clear(), begun = false;
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c != '"')
        field += c;
      else if (i + 1 < text.size() && text[i + 1] == '"')
        field += text[++i];
      else
        quoted = false;
    } else if (c == '"') {
      quoted = begun = true;
    } else if (c == ',') {
      row.push_back(field), field.clear(), begun = true;
    } else if (c == '\n') {
      end_row();
    } else if (c != '\r') {
      field += c, begun = true;
    }
  }
  end_row();
  return rows;
}

std::string table_in(const fs::path& folder) {
  for (const char* name : kTables)
    if (fs::is_regular_file(folder / name)) return (folder / name).string();
  return "";
}

// Labels as the host makes folder names of them: letters and digits count, whatever else became.
std::string plain(const std::string& name) {
  std::string text;
  for (const char c : name)
    if (std::isalnum(static_cast<unsigned char>(c))) text += c;
  return text;
}

// Rows of a sweep by the name of their folder: "<label>", or "<label>_r<repeat>".
std::map<std::string, size_t> rows_by_folder(const Results& sweep) {
  std::map<std::string, size_t> rows;
  const int label = sweep.find("label"), repeat = sweep.find("repeat");
  for (size_t r = 0; label >= 0 && r < sweep.rows.size(); ++r) {
    const std::string name = plain(sweep.cell(r, label));
    rows.emplace(name, r);
    if (repeat >= 0) rows[name + "r" + sweep.cell(r, repeat)] = r;
  }
  return rows;
}

void mark_repeats(Results& table) {
  const int repeat = table.find("repeat");
  std::map<std::string, int> numbers;
  for (size_t r = 0; r < table.rows.size(); ++r) {
    const std::string name = repeat < 0 ? "" : table.cell(r, repeat);
    table.trace.push_back(numbers.emplace(name, static_cast<int>(numbers.size())).first->second);
  }
}

// Adds the rows of `inner`, with the cells of its row of the sweep behind them.
void join(Results& all, const Results& inner, const Results& sweep, size_t row, int trace) {
  const auto column = [&all](const std::string& name) {
    if (all.find(name) < 0) all.header.push_back(name);
    return static_cast<size_t>(all.find(name));
  };
  for (const auto& cells : inner.rows) {
    std::vector<std::string>& joined = all.rows.emplace_back();
    const auto put = [&](const std::string& name, const std::string& cell) {
      const size_t place = column(name);
      if (joined.size() <= place) joined.resize(place + 1);
      joined[place] = cell;
    };
    for (size_t c = 0; c < sweep.header.size(); ++c) put(sweep.header[c], sweep.rows[row][c]);
    for (size_t c = 0; c < inner.header.size(); ++c) put(inner.header[c], cells[c]);
    all.trace.push_back(trace);
  }
}

std::vector<fs::path> folders_in(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_directory()) found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

// Of the steps in a row, and of the steps of a recipe that is one of them.
std::vector<std::string> tables_inside(const fs::path& row_folder) {
  std::vector<std::string> tables;
  for (const fs::path& step : folders_in(row_folder)) {
    const std::string path = table_in(step);
    if (!path.empty()) {
      tables.push_back(path);
      continue;
    }
    for (const fs::path& inner : folders_in(step))
      if (std::string file = table_in(inner); !file.empty()) tables.push_back(std::move(file));
  }
  return tables;
}

Results read_inside(const std::string& folder, const std::string& shown, const Results& sweep,
                    const std::vector<std::string>& columns) {
  Results all;
  all.file = shown + "/*/*";
  const auto rows = rows_by_folder(sweep);
  int trace = 0;
  for (const fs::path& row_folder : folders_in(folder)) {
    const auto row = rows.find(plain(row_folder.filename().string()));
    if (row == rows.end()) continue;
    for (const std::string& path : tables_inside(row_folder)) {
      Results one, inner = read_csv(path, path);
      join(one, inner, sweep, row->second, trace);
      if (one.has(columns)) join(all, inner, sweep, row->second, trace++);
    }
  }
  for (auto& r : all.rows) r.resize(all.header.size());
  return all;
}

}  // namespace

int Results::find(const std::string& column) const {
  const auto it = std::find(header.begin(), header.end(), column);
  return it == header.end() ? -1 : static_cast<int>(it - header.begin());
}

bool Results::has(const std::vector<std::string>& columns) const {
  return std::all_of(columns.begin(), columns.end(), [this](const std::string& c) { return find(c) >= 0; });
}

std::optional<double> number(const std::string& text) {
  if (text.empty()) return std::nullopt;
  char* end = nullptr;
  const double v = std::strtod(text.c_str(), &end);
  if (*end != '\0' || !std::isfinite(v)) return std::nullopt;
  return v;
}

Results read_csv(const std::string& path, const std::string& shown) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) throw Error("cannot read " + shown);
  Results table;
  table.file = shown;
  table.rows = split(text.str());
  if (table.rows.empty()) throw Error(shown + " is empty, expected a header and rows");
  table.header = table.rows.front();
  table.rows.erase(table.rows.begin());
  for (auto& row : table.rows) {
    if (row.size() > table.header.size())
      throw Error(shown + " has a row of " + std::to_string(row.size()) + " fields under a header of " +
                  std::to_string(table.header.size()));
    row.resize(table.header.size());
  }
  mark_repeats(table);
  return table;
}

Results read_results(const std::string& folder, const std::string& shown, const std::vector<std::string>& columns) {
  const std::string path = table_in(folder);
  if (path.empty()) return {};
  Results table = read_csv(path, shown + "/" + fs::path(path).filename().string());
  if (table.has(columns)) return table;
  Results inside = read_inside(folder, shown, table, columns);
  return inside.rows.empty() ? table : inside;
}

}  // namespace mase::report
