// What passes leave for people: whole files, CSV rows, and tables in plain text.
#pragma once
#include "mase/value.h"

namespace mase {

// Written under a temporary name, then renamed: the file is whole or absent. Error when it cannot be written.
void write_file(const std::string& path, std::string_view text);
// Quoted where commas, quotes or line ends ask for it; with its line end.
std::string csv_row(const List& fields);
// The first row is the header; columns whose other cells are all numbers are aligned to the right.
std::string table_text(const std::vector<std::vector<std::string>>& rows);

}  // namespace mase
