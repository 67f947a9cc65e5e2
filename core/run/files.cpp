// Files that are either whole or absent.
#include "run/files.h"

#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "mase/output.h"
#include "mase/text.h"

namespace mase {
namespace fs = std::filesystem;

void write_whole(const std::string& file, const std::string& text) { write_file(file, text); }

std::string read_text(const std::string& file) {
  std::error_code failed;
  if (!fs::is_regular_file(file, failed)) throw Error(format("no such file: {}", file));
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) throw Error(format("cannot read {}: {}", file, std::strerror(errno)));
  return text.str();
}

bool exists(const std::string& path) {
  std::error_code failed;
  return fs::exists(path, failed);
}

void make_folder(const std::string& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) throw Error(format("cannot make the folder {}: {}", folder, failed.message()));
}

void remove_tree(const std::string& path) {
  std::error_code failed;
  fs::remove_all(path, failed);
  if (failed) throw Error(format("cannot remove {}: {}", path, failed.message()));
}

void replace_folder(const std::string& made, const std::string& folder) {
  std::error_code failed;
  const std::string old = folder + ".old";
  remove_tree(old);
  if (exists(folder)) fs::rename(folder, old, failed);
  if (!failed) fs::rename(made, folder, failed);
  if (failed) throw Error(format("cannot replace {}: {}", folder, failed.message()));
  remove_tree(old);
}

std::string folder_name(std::string_view name) {
  std::string safe;
  for (const char c : name) safe += std::isalnum(static_cast<unsigned char>(c)) || std::strchr("._-+=", c) ? c : '_';
  if (safe.empty() || safe[0] == '.') safe = "_" + safe;
  constexpr size_t kLongest = 120;
  return safe.substr(0, kLongest);
}

std::string csv_field(const Value& value) {
  if (value.is_null()) return {};
  std::string text = value.is_string() ? value.as_string() : value.json();
  if (text.find_first_of(",\"\n\r") == text.npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string csv_line(const List& fields) {
  std::string line;
  for (const Value& field : fields) {
    if (&field != &fields.front()) line += ',';
    line += csv_field(field);
  }
  return line + '\n';
}

}  // namespace mase
