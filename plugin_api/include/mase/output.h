// What passes leave for people: whole files, CSV rows, and tables in plain text.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "mase/value.h"

namespace mase {

// Written under a temporary name, then renamed: the file is whole or absent. Error when it cannot be written.
void write_file(const std::string& path, std::string_view text);

std::string csv_row(const List& fields);  // quoted where commas, quotes or line ends ask for it; with its line end

// A grid with the first row as header; columns whose other cells are all numbers are aligned to the right.
std::string table_text(const std::vector<std::vector<std::string>>& rows);

}  // namespace mase
