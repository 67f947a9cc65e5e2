// Exact ranges of sums and products of codes, and the least grid that holds them.
#pragma once
#include <optional>

#include "mase/op.h"

namespace mase::nn {

enum class Whole { floor, ceil, round, trunc };  // round: ties to even

// The codes low..high at frac_width. `wide` once 128 bits no longer hold them.
class CodeRange {
 public:
  explicit CodeRange(const FixedPoint& point);
  CodeRange aligned(int frac_width) const;  // frac_width of at least the own one
  CodeRange operator+(const CodeRange& other) const;
  CodeRange operator-(const CodeRange& other) const;
  CodeRange operator*(const CodeRange& other) const;
  CodeRange operator-() const;
  CodeRange absolute() const;
  CodeRange whole(Whole mode) const;                 // values rounded to integers
  CodeRange greatest(const CodeRange& other) const;  // the greater of two values, one of each range
  CodeRange least(const CodeRange& other) const;
  CodeRange times(int64_t count) const;                           // a sum of `count` such values
  CodeRange divided(int power) const;                             // by 2^power: only the point moves
  CodeRange joined(const CodeRange& other) const;                 // either of the two
  CodeRange scaled_below_zero(int64_t factor, int digits) const;  // negative values times factor * 2^-digits
  CodeRange clamped(int64_t low, int64_t high) const;             // limits as codes
  int frac_width() const { return frac_width_; }
  // Unsigned when no value is negative. A range beyond 128 bits gives a grid that nobody can build.
  FixedPoint grid() const;

 private:
  __extension__ using Int = __int128;
  CodeRange() = default;
  Int low_ = 0, high_ = 0;
  int frac_width_ = 0;
  bool wide_ = false;
};

// The accumulator of `terms` products of input and weight, plus the bias if it has a grid.
std::optional<FixedPoint> accumulator(const OpFormats& formats, int64_t terms, bool bias);

// Values limited to low and high: exact when both are values of the grid.
std::optional<FixedPoint> clamped_grid(const OpFormats& formats, double low, double high);

// The accumulator of `terms` products of two inputs.
std::optional<FixedPoint> product_grid(const OpFormats& formats, int64_t terms);

// The grid on which the values of all inputs lie.
std::optional<FixedPoint> joined_grid(const OpFormats& formats);

// A mean over `window` elements: exact when that is a power of two.
std::optional<FixedPoint> mean_grid(const OpFormats& formats, int64_t window);

}  // namespace mase::nn
