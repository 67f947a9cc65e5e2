// Reading arrays, tables and manifests.
#include "files.h"

#include <bit>
#include <filesystem>
#include <sstream>

#include "mase/text.h"

namespace vectors {
namespace {

std::string text_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw mase::Error("cannot read " + path);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string type_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  char start[128] = {};
  in.read(start, sizeof start - 1);
  if (in.gcount() < 20) throw mase::Error("no NumPy file: " + path);
  return test::parse_npy_header(std::string(start + 10, static_cast<size_t>(in.gcount()) - 10)).type;
}

// What the reader throws does not always name the file. Not mase::Error: a format's refusal is another thing.
template <class Read>
auto reading(const std::string& path, Read read) {
  try {
    return read();
  } catch (const std::exception& e) {
    const std::string what = e.what();
    throw std::runtime_error(what.find(path) == std::string::npos ? path + " cannot be read: " + what : what);
  }
}

template <class T>
CodeArray widened(const std::string& path, const std::string& type) {
  const test::Npy<T> array = test::read_npy<T>(path, type);
  return {array.shape, {array.data.begin(), array.data.end()}};
}

CodeArray read_codes(const std::string& path, const std::string& type) {
  if (type == "|u1") return widened<uint8_t>(path, type);
  if (type == "|i1") return widened<int8_t>(path, type);
  if (type == "<u2") return widened<uint16_t>(path, type);
  if (type == "<i2") return widened<int16_t>(path, type);
  if (type == "<i4") return widened<int32_t>(path, type);
  if (type == "<u4") return widened<uint32_t>(path, type);
  if (type == "<i8") return widened<int64_t>(path, type);
  throw mase::Error(path + " holds " + type + ", expected integers");
}

// The cells of a line; a quoted cell doubles its quotes.
std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> out(1);
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"')
      out.back() += line[++i];
    else if (line[i] == '"')
      quoted = !quoted;
    else if (line[i] == ',' && !quoted)
      out.emplace_back();
    else if (line[i] != '\r')
      out.back() += line[i];
  }
  return out;
}

}  // namespace

bool Folder::has(const std::string& name) const { return std::filesystem::is_regular_file(path_ + "/" + name); }

mase::Value Folder::json(const std::string& name) const {
  return mase::Value::parse_json(text_of(path_ + "/" + name), path_ + "/" + name);
}

Csv Folder::csv(const std::string& name) const {
  std::istringstream lines(text_of(path_ + "/" + name));
  std::string line;
  std::getline(lines, line);
  const std::vector<std::string> header = cells(line);
  Csv rows;
  while (std::getline(lines, line)) {
    const std::vector<std::string> values = cells(line);
    if (values.size() != header.size()) throw mase::Error(name + ": a row has another number of cells than the header");
    auto& row = rows.emplace_back();
    for (size_t i = 0; i < header.size(); ++i) row[header[i]] = values[i];
  }
  return rows;
}

bool Folder::is_float(const std::string& name) const {
  const std::string path = path_ + "/" + name;
  return reading(path, [&] { return type_of(path); }) == "<f4";
}

const test::Npy<float>& Folder::floats(const std::string& name) {
  const auto it = floats_.find(name);
  if (it != floats_.end()) return it->second;
  const std::string path = path_ + "/" + name;
  auto array = reading(path, [&] { return test::read_npy<float>(path, "<f4"); });
  return floats_.emplace(name, std::move(array)).first->second;
}

CodeArray Folder::codes(const std::string& name) const {
  const std::string path = path_ + "/" + name;
  return reading(path, [&] { return read_codes(path, type_of(path)); });
}
std::string float_text(float value) { return mase::format("{:.9g} ({:08x})", value, std::bit_cast<uint32_t>(value)); }

float float_of_hex(const std::string& hex) {
  if (hex.find("nan") != std::string::npos) return std::numeric_limits<float>::quiet_NaN();
  return std::bit_cast<float>(static_cast<uint32_t>(std::stoul(hex, nullptr, 16)));
}

}  // namespace vectors
