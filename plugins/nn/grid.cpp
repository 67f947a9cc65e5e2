// Exact ranges of sums and products of codes, and the least grid that holds them.
#include "grid.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace mase::nn {

CodeRange::CodeRange(const FixedPoint& point) : frac_width_(point.frac_width) {
  const int bits = point.width - (point.is_signed ? 1 : 0);
  wide_ = bits > 120;
  high_ = wide_ ? 0 : (Int{1} << bits) - 1;
  low_ = point.is_signed ? -high_ - 1 : 0;
}

CodeRange CodeRange::aligned(int frac_width) const {
  CodeRange r = *this;
  const int shift = frac_width - frac_width_;
  r.frac_width_ = frac_width;
  r.wide_ = wide_ || shift > 120 || __builtin_mul_overflow(low_, Int{1} << std::min(shift, 120), &r.low_) ||
            __builtin_mul_overflow(high_, Int{1} << std::min(shift, 120), &r.high_);
  return r;
}

CodeRange CodeRange::operator+(const CodeRange& other) const {
  const int frac = std::max(frac_width_, other.frac_width_);
  const CodeRange a = aligned(frac), b = other.aligned(frac);
  CodeRange r = a;
  r.wide_ = a.wide_ || b.wide_ || __builtin_add_overflow(a.low_, b.low_, &r.low_) ||
            __builtin_add_overflow(a.high_, b.high_, &r.high_);
  return r;
}

CodeRange CodeRange::operator-(const CodeRange& other) const { return *this + -other; }

CodeRange CodeRange::operator-() const {
  CodeRange r = *this;
  r.low_ = -high_, r.high_ = -low_;  // at most 2^120, so that no sign is lost
  return r;
}

CodeRange CodeRange::absolute() const {
  CodeRange r = *this;
  r.low_ = std::max<Int>({low_, -high_, 0}), r.high_ = std::max(-low_, high_);
  return r;
}

CodeRange CodeRange::whole(Whole mode) const {
  CodeRange r = *this;
  if (frac_width_ <= 0) return r;
  r.wide_ = wide_ || frac_width_ > 120;
  const int point = std::min(frac_width_, 120);
  const auto rounded = [&](Int code) {
    const Int below = code >> point, rest = code - (below << point), half = Int{1} << (point - 1);
    const bool up = mode == Whole::ceil    ? rest != 0
                    : mode == Whole::trunc ? rest != 0 && code < 0
                    : mode == Whole::round ? rest > half || (rest == half && below % 2 != 0)
                                           : false;
    return below + (up ? 1 : 0);
  };
  r.low_ = rounded(low_), r.high_ = rounded(high_), r.frac_width_ = 0;
  return r;
}

CodeRange CodeRange::greatest(const CodeRange& other) const {
  CodeRange r = joined(other);
  const CodeRange a = aligned(r.frac_width_), b = other.aligned(r.frac_width_);
  r.low_ = std::max(a.low_, b.low_);
  return r;
}

CodeRange CodeRange::least(const CodeRange& other) const { return -(-*this).greatest(-other); }

CodeRange CodeRange::operator*(const CodeRange& other) const {
  CodeRange r;
  r.frac_width_ = frac_width_ + other.frac_width_;
  r.wide_ = wide_ || other.wide_;
  bool first = true;
  for (const Int a : {low_, high_})
    for (const Int b : {other.low_, other.high_}) {
      Int product = 0;
      r.wide_ = __builtin_mul_overflow(a, b, &product) || r.wide_;
      r.low_ = first ? product : std::min(r.low_, product);
      r.high_ = first ? product : std::max(r.high_, product);
      first = false;
    }
  return r;
}

CodeRange CodeRange::times(int64_t count) const {
  CodeRange r = *this;
  r.wide_ =
      wide_ || __builtin_mul_overflow(low_, Int{count}, &r.low_) || __builtin_mul_overflow(high_, Int{count}, &r.high_);
  return r;
}

CodeRange CodeRange::divided(int power) const {
  CodeRange r = *this;
  r.frac_width_ += power;
  return r;
}

CodeRange CodeRange::joined(const CodeRange& other) const {
  const int frac = std::max(frac_width_, other.frac_width_);
  CodeRange a = aligned(frac);
  const CodeRange b = other.aligned(frac);
  a.low_ = std::min(a.low_, b.low_), a.high_ = std::max(a.high_, b.high_);
  a.wide_ = a.wide_ || b.wide_;
  return a;
}

CodeRange CodeRange::clamped(int64_t low, int64_t high) const {
  CodeRange r = *this;
  r.low_ = std::clamp<Int>(low_, low, high), r.high_ = std::clamp<Int>(high_, low, high);
  r.wide_ = false;
  return r;
}

CodeRange CodeRange::scaled_below_zero(int64_t factor, int digits) const {
  CodeRange r = aligned(frac_width_ + digits);
  Int scaled = 0;
  r.wide_ = __builtin_mul_overflow(low_, Int{factor}, &scaled) || r.wide_;
  r.low_ = std::min<Int>(scaled, 0);
  r.high_ = std::max(r.high_, scaled);
  return r;
}

FixedPoint CodeRange::grid() const {
  if (wide_) return {128, frac_width_, true};
  const bool is_signed = low_ < 0;
  const auto fits = [&](int width) {
    const Int top = (Int{1} << (width - (is_signed ? 1 : 0))) - 1;
    return high_ <= top && (!is_signed || low_ >= -top - 1);
  };
  int width = 1;
  while (width < 126 && !fits(width)) ++width;
  return {width, frac_width_, is_signed};
}

std::optional<FixedPoint> accumulator(const OpFormats& formats, int64_t terms, bool bias) {
  if (formats.inputs.empty() || formats.params.empty() || !formats.inputs[0] || !formats.params[0]) return std::nullopt;
  CodeRange sum = (CodeRange(*formats.inputs[0]) * CodeRange(*formats.params[0])).times(std::max<int64_t>(terms, 1));
  if (bias && formats.params.size() > 1 && formats.params[1]) sum = sum + CodeRange(*formats.params[1]);
  return sum.grid();
}

std::optional<FixedPoint> clamped_grid(const OpFormats& formats, double low, double high) {
  if (formats.inputs.empty() || !formats.inputs[0]) return std::nullopt;
  const FixedPoint& point = *formats.inputs[0];
  const double first = std::ldexp(low, point.frac_width), last = std::ldexp(high, point.frac_width);
  const auto is_code = [](double v) { return std::trunc(v) == v && std::abs(v) < 0x1p62; };
  if (!is_code(first) || !is_code(last)) return std::nullopt;
  return CodeRange(point).clamped(static_cast<int64_t>(first), static_cast<int64_t>(last)).grid();
}

std::optional<FixedPoint> product_grid(const OpFormats& formats, int64_t terms) {
  if (!formats.inputs.at(0) || !formats.inputs.at(1)) return std::nullopt;
  const CodeRange product = CodeRange(*formats.inputs[0]) * CodeRange(*formats.inputs[1]);
  return product.times(std::max<int64_t>(terms, 1)).grid();
}

std::optional<FixedPoint> joined_grid(const OpFormats& formats) {
  std::optional<CodeRange> all;
  for (const auto& point : formats.inputs) {
    if (!point) return std::nullopt;
    all = all ? all->joined(CodeRange(*point)) : CodeRange(*point);
  }
  return all ? std::optional(all->grid()) : std::nullopt;
}

std::optional<FixedPoint> mean_grid(const OpFormats& formats, int64_t window) {
  if (formats.inputs.empty() || !formats.inputs[0] || window < 1 || !std::has_single_bit(static_cast<uint64_t>(window)))
    return std::nullopt;
  return CodeRange(*formats.inputs[0]).times(window).divided(std::countr_zero(static_cast<uint64_t>(window))).grid();
}

}  // namespace mase::nn
