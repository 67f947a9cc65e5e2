// Comparing versions number by number.
#include "version.h"

#include <algorithm>
#include <array>
#include <optional>

#include "mase/error.h"
#include "mase/text.h"

namespace mase {
namespace {

using Version = std::array<int, 4>;

std::optional<Version> version_of(const std::string& text) {
  Version v{};
  size_t at = 0;
  for (int& part : v) {
    size_t digits = 0;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9' && digits < 8; ++at, ++digits)
      part = part * 10 + (text[at] - '0');
    if (digits == 0) return std::nullopt;
    if (at == text.size()) return v;
    if (text[at++] != '.') return std::nullopt;
  }
  return std::nullopt;
}

std::string trimmed(const std::string& s) {
  const size_t first = s.find_first_not_of(' ');
  return first == std::string::npos ? "" : s.substr(first, s.find_last_not_of(' ') - first + 1);
}

bool compare(const Version& a, const std::string& op, const Version& b) {
  if (op == ">") return a > b;
  if (op == "<") return a < b;
  if (op == "<=") return a <= b;
  if (op == "==") return a == b;
  if (op == "!=") return a != b;
  return a >= b;
}

}  // namespace

bool version_fits(const std::string& version, const std::string& requirement) {
  const auto have = version_of(version.substr(0, version.find_first_not_of("0123456789.")));
  bool fits = true;
  size_t at = 0;
  while (at <= requirement.size()) {
    const size_t comma = std::min(requirement.find(',', at), requirement.size());
    const std::string part = trimmed(requirement.substr(at, comma - at));
    at = comma + 1;
    const size_t digits = std::min(part.find_first_not_of("<>=!"), part.size());
    const std::string op = part.substr(0, digits);
    const auto wanted = version_of(trimmed(part.substr(digits)));
    const bool known = op.empty() || op == ">=" || op == ">" || op == "<" || op == "<=" || op == "==" || op == "!=";
    if (!wanted || !known)
      throw Error(format("'{}' is no version requirement", requirement), {}, "such as '>=0.2' or '>=0.2, <1'");
    fits = fits && have && compare(*have, op, *wanted);
  }
  return fits;
}

}  // namespace mase
