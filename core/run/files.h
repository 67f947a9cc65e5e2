// Files that are either whole or absent: written under a temporary name, then renamed.
#pragma once
#include <string>

#include "mase/value.h"

namespace mase {

void write_whole(const std::string& file, const std::string& text);
std::string read_text(const std::string& file);  // Error when it cannot be read
bool exists(const std::string& path);
void make_folder(const std::string& folder);  // with its parents
void remove_tree(const std::string& path);    // nothing happens when it is absent
// `made` takes the place of `folder`, in which an older one may stand.
void replace_folder(const std::string& made, const std::string& folder);
std::string folder_name(std::string_view name);  // a step's or row's name as one harmless path component
std::string csv_field(const Value& value);       // quoted where commas, quotes or line ends ask for it
std::string csv_line(const List& fields);        // with its line end

}  // namespace mase
