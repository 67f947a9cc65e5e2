// All 256 codes of posit<8, es> against the formula of the standard, and every rounding border from both
// sides.
#include <cstdio>
#include <string_view>

#include "posit.h"

namespace {

int failures = 0;

void expect(bool ok, const char* what, int es, int code) {
  if (!ok && ++failures <= 10) std::printf("es %d, code %d: %s\n", es, code, what);
}

// The standard's formula on the bits as they are, without negating a negative code first:
// p = ((1 - 3s) + f) * 2^((1 - 2s) * (2^es * r + e + s))
double formula(uint32_t code, int bits, int es) {
  const int s = static_cast<int>(code >> (bits - 1));
  std::string_view digits;
  char text[33] = {};
  for (int i = 0; i < bits - 1; ++i) text[i] = (code >> (bits - 2 - i)) & 1 ? '1' : '0';
  digits = text;
  const size_t end = std::min(digits.find(digits[0] == '1' ? '0' : '1'), digits.size());
  const int r = digits[0] == '1' ? static_cast<int>(end) - 1 : -static_cast<int>(end);
  digits.remove_prefix(std::min(end + 1, digits.size()));
  int e = 0;
  for (int i = 0; i < es; ++i) {
    e = 2 * e + (!digits.empty() && digits[0] == '1');
    if (!digits.empty()) digits.remove_prefix(1);
  }
  double f = 0, place = 0.5;
  for (const char digit : digits) f += (digit == '1') * place, place /= 2;
  return (1 - 3 * s + f) * std::exp2((1 - 2 * s) * ((1 << es) * r + e + s));
}

void check(int es) {
  const unum::Posit8 posit(es);
  expect(std::isnan(posit.value(-128)) && posit.code(std::nan("")) == -128, "NaR", es, -128);
  expect(posit.value(0) == 0 && posit.code(0.0) == 0 && posit.code(-0.0) == 0, "zero", es, 0);
  for (int code = -127; code <= 127; ++code) {
    if (code == 0) continue;
    const double value = posit.value(code);
    expect(value == formula(static_cast<uint8_t>(code), 8, es), "value differs from the standard's formula", es, code);
    expect(posit.code(value) == code, "its value has another code", es, code);
    expect(posit.value(code - 1) < value || code == -127, "values do not ascend", es, code);
  }
  // Between c and c + 1 the nine-bit posit c1 is the border; on it the even code wins.
  for (int code = 1; code < 127; ++code) {
    const double border = formula(static_cast<uint32_t>(2 * code + 1), 9, es);
    const int even = code % 2 ? code + 1 : code;
    expect(posit.code(border) == even && posit.code(-border) == -even, "tie", es, code);
    expect(posit.code(std::nextafter(border, 0)) == code, "just below the border", es, code);
    expect(posit.code(std::nextafter(border, INFINITY)) == code + 1, "just above the border", es, code);
  }
  expect(posit.code(1e-300) == 1 && posit.code(-1e-300) == -1, "tiny values stay above 0", es, 1);
  expect(posit.code(INFINITY) == 127 && posit.code(-INFINITY) == -127, "infinity saturates", es, 127);
}

}  // namespace

int main() {
  for (int es = 0; es <= 4; ++es) check(es);
  // Known numbers: the greatest and the least of posit<8,2>, and of posit<8,0>.
  expect(unum::Posit8(2).value(127) == 0x1p24 && unum::Posit8(2).value(1) == 0x1p-24, "range", 2, 127);
  expect(unum::Posit8(0).value(127) == 64 && unum::Posit8(0).value(64) == 1, "range", 0, 127);
  std::printf("%d failures\n", failures);
  return failures != 0;
}
