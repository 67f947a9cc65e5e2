// Arrays of numbers in C99 that g++ reads as well.
#include "c_array.h"

#include <mase/error.h>
#include <mase/text.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>

namespace mase::exporting {
namespace {

constexpr size_t kLine = 110;

std::string integer_type(int64_t low, int64_t high, int least_bits) {
  const bool is_signed = low < 0;
  for (const int bits : {8, 16, 32, 64}) {
    const double limit = std::ldexp(1.0, is_signed ? bits - 1 : bits);
    if (bits == 64 || (least_bits <= bits && static_cast<double>(high) < limit && static_cast<double>(low) >= -limit))
      return format("{}int{}_t", is_signed ? "" : "u", bits);
  }
  return "int64_t";
}

std::string integer_text(int64_t v) {
  if (v == INT64_MIN) return "(-9223372036854775807LL - 1)";  // the literal itself would be too large before the sign
  return v > INT32_MAX || v < INT32_MIN ? format("{}LL", v) : std::to_string(v);
}

std::string float_text(double v, const char* suffix, const std::string& name) {
  if (!std::isfinite(v)) throw Error(format("{} has a value that is not finite, which a C header cannot hold", name));
  char text[64];
  std::snprintf(text, sizeof text, "%a%s", v, suffix);
  return text;
}

template <class Text>
std::string braces(int64_t count, const Text& text) {
  std::string out = "{", line;
  for (int64_t i = 0; i < count; ++i) {
    const std::string item = text(i) + (i + 1 < count ? ", " : "");
    if (line.size() + item.size() > kLine) out += "\n  " + line, line.clear();
    line += item;
  }
  return out + (count > 0 ? "\n  " + line + "}" : "0}");
}

}  // namespace

std::string c_array(const std::string& name, const at::Tensor& tensor, int least_bits) {
  const bool integers = !tensor.is_floating_point();
  const bool single = tensor.scalar_type() != at::kDouble;
  const at::Tensor t = tensor.to(integers ? at::kLong : at::kDouble).contiguous();
  const int64_t count = t.numel();
  std::string type = single ? "float" : "double", numbers;
  if (integers) {
    const int64_t* v = t.const_data_ptr<int64_t>();
    const auto [low, high] = count ? std::minmax_element(v, v + count) : std::pair(v, v);
    type = count ? integer_type(*low, *high, least_bits) : "int8_t";
    numbers = braces(count, [&](int64_t i) { return integer_text(v[i]); });
  } else {
    const double* v = t.const_data_ptr<double>();
    numbers = braces(count, [&](int64_t i) { return float_text(v[i], single ? "f" : "", name); });
  }
  // C has no arrays without elements.
  return format("static const {} {}[{}] = {};\n", type, name, std::max<int64_t>(count, 1), numbers);
}

std::string c_identifier(std::string_view text) {
  std::string out;
  for (const char c : text) out += std::isalnum(static_cast<unsigned char>(c)) && c >= 0 ? c : '_';
  if (out.empty() || std::isdigit(static_cast<unsigned char>(out[0]))) out.insert(0, "_");
  return out;
}

std::string c_comment(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool closes = !out.empty() && ((out.back() == '*' && c == '/') || (out.back() == '/' && c == '*'));
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    if (closes) out += ' ';
    out += control ? ' ' : c;
  }
  return out;
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace mase::exporting
