// Plain scalars after YAML 1.2's core schema: `yes` and `on` are strings, 0o17 is fifteen.
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "yaml.h"

namespace mase {
namespace {

bool one_of(const std::string& s, std::initializer_list<const char*> words) {
  for (const char* word : words)
    if (s == word) return true;
  return false;
}

bool all_digits(const std::string& s, size_t from, const char* digits) {
  return from < s.size() && s.find_first_not_of(digits, from) == std::string::npos;
}

// [-+]? (\. [0-9]+ | [0-9]+ (\. [0-9]*)?) ([eE] [-+]? [0-9]+)?
bool is_float(const std::string& s) {
  size_t i = s[0] == '-' || s[0] == '+' ? 1 : 0;
  const auto digits = [&] {
    const size_t start = i;
    while (i < s.size() && s[i] >= '0' && s[i] <= '9') ++i;
    return i - start;
  };
  const size_t whole = digits();
  size_t fraction = 0;
  if (i < s.size() && s[i] == '.') ++i, fraction = digits();
  if (whole + fraction == 0) return false;
  if (i < s.size() && (s[i] == 'e' || s[i] == 'E')) {
    ++i;
    if (i < s.size() && (s[i] == '-' || s[i] == '+')) ++i;
    if (digits() == 0) return false;
  }
  return i == s.size();
}

bool integer(const std::string& digits, int base, Value& value) {
  errno = 0;
  const long long v = std::strtoll(digits.c_str(), nullptr, base);
  value = static_cast<int64_t>(v);
  return errno == 0;
}

}  // namespace

bool plain_scalar(const std::string& s, Value& value) {
  const size_t sign = !s.empty() && (s[0] == '-' || s[0] == '+') ? 1 : 0;
  if (s.empty() || one_of(s, {"~", "null", "Null", "NULL"})) {
    value = Value();
  } else if (one_of(s, {"true", "True", "TRUE"})) {
    value = true;
  } else if (one_of(s, {"false", "False", "FALSE"})) {
    value = false;
  } else if (all_digits(s, sign, "0123456789")) {
    return integer(s, 10, value);
  } else if (s.rfind("0o", 0) == 0 && all_digits(s, 2, "01234567")) {
    return integer(s.substr(2), 8, value);
  } else if (s.rfind("0x", 0) == 0 && all_digits(s, 2, "0123456789abcdefABCDEF")) {
    return integer(s.substr(2), 16, value);
  } else if (one_of(s.substr(sign), {".inf", ".Inf", ".INF"})) {
    value = s[0] == '-' ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  } else if (one_of(s, {".nan", ".NaN", ".NAN"})) {
    value = std::numeric_limits<double>::quiet_NaN();
  } else if (is_float(s)) {
    const double v = std::strtod(s.c_str(), nullptr);
    value = v;
    return std::isfinite(v);
  } else {
    value = s;
  }
  return true;
}

}  // namespace mase
