// Tables of results: CSV files read by their header, and a sweep's joined with those of the searches inside
// it.
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace mase::report {

struct Results {
  std::string file;  // for messages, relative to the run
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  // as wide as the header
  std::vector<int> trace;                      // per row: which repeat, or which table inside, it belongs to

  int find(const std::string& column) const;  // -1 when absent
  bool has(const std::vector<std::string>& columns) const;
  const std::string& cell(size_t row, int column) const { return rows[row][static_cast<size_t>(column)]; }
};

// Nothing for what is no number.
std::optional<double> number(const std::string& cell);

// Error when the file cannot be read or a row is longer than the header. Quoted fields may span lines.
Results read_csv(const std::string& path, const std::string& shown);

// The results of the control step or training in `folder`: its own table when that has all `columns`, else
// the tables of the steps inside its rows, each row of which takes over the columns of the row it lies in.
// `shown` names the folder in messages. No table at all: an empty header.
Results read_results(const std::string& folder, const std::string& shown, const std::vector<std::string>& columns);

}  // namespace mase::report
