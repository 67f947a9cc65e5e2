// A number in a configuration that stays an integer when it is written as one, and may be infinite.
#pragma once
#include <c10/core/Scalar.h>

#include <limits>

#include "mase/schema.h"

namespace mase::nn {

struct Number {
  double real = 0;
  std::optional<int64_t> whole = 0;  // when it is written as an integer
  at::Scalar scalar() const { return whole ? at::Scalar(*whole) : at::Scalar(real); }
  Value value() const { return whole ? Value(*whole) : Value(real); }
};

}  // namespace mase::nn

namespace mase {

template <>
struct Codec<nn::Number> {
  static TypeInfo type() { return {TypeInfo::Kind::real}; }
  static bool read(nn::Number& out, const Value& v, Problems& p) {
    // JSON has no number for what is infinite: saved graphs have these words.
    const std::string word = v.is_string() ? v.as_string() : "";
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    if (word == "inf" || word == "-inf") {
      out.real = word == "inf" ? kInfinity : -kInfinity, out.whole.reset();
      return true;
    }
    if (!detail::read_double(out.real, v, p)) return false;
    out.whole.reset();
    if (v.is_int()) out.whole = v.as_int();
    return true;
  }
  static Value write(const nn::Number& v) { return v.value(); }
};

}  // namespace mase
