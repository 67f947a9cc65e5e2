// What binary and ternary formats share: a tensor in groups of one scale each, and two thresholds per group.
#pragma once
#include "element_format.h"

namespace mase::quant {

// A contiguous tensor as [outer, groups, inner]: one group per index of an axis, or a single one.
struct Groups {
  int64_t outer = 1, groups = 1, inner = 1;
};
// A vector has no groups: it would have one per element.
Groups groups_of(at::IntArrayRef sizes, std::optional<int> axis);

// x >= from_high becomes high, x > from_low middle, everything else low.
struct Levels {
  double from_high = 0, from_low = 0, high = 1, middle = 0, low = -1;
  double scale = 1;  // of codes
};

// Of the magnitudes of one group, an infinity counting as the greatest number and a NaN as 0. Sums are in double and in
// an order that no thread changes.
enum class Statistic { sum, greatest };

// Of the magnitudes above a threshold.
struct Above {
  double sum = 0, count = 0;
};

class LevelFormat : public Format {
 public:
  at::Tensor quantize(const at::Tensor& x, const QuantizeContext& context) const override;
  Codes encode(const at::Tensor& x, const QuantizeContext& context) const override;
  at::Tensor decode(const Codes& codes) const override;
  int64_t bits(const Shape& shape) const override;
  Tensors backward(const at::Tensor& gradient, const at::Tensor& x, const QuantizeContext& context) const override;

 protected:
  // clip: gradients pass where |x| <= clip, if clip_gradient says so.
  LevelFormat(const char* name, const CommonFields& common, std::optional<int> axis, double clip = 1)
      : name_(name), common_(common), axis_(axis), clip_(clip) {}

  virtual bool has_scale() const = 0;  // whether fit() looks at the values
  virtual bool draws() const { return false; }
  // The levels of group `g` of a contiguous tensor.
  virtual Levels fit(const at::Tensor& x, const Groups& groups, int64_t g) const = 0;
  virtual int64_t code(double value) const = 0;
  virtual double unit(int64_t code) const = 0;  // value without its scale
  virtual int width() const = 0;

  static double statistic(Statistic which, const at::Tensor& x, const Groups& groups, int64_t g);
  static Above above(const at::Tensor& x, const Groups& groups, int64_t g, double threshold);
  static double mean(const at::Tensor& x, const Groups& groups, int64_t g);    // of |x|
  static double median(const at::Tensor& x, const Groups& groups, int64_t g);  // of |x|; the lower of two

 private:
  std::vector<Levels> fit_all(const at::Tensor& x, const Groups& groups) const;
  template <class T>
  bool apply(const at::Tensor& x, at::Tensor& y, const Groups& groups, const std::vector<Levels>& levels,
             uint64_t key) const;
  at::Tensor quantize(const at::Tensor& x, const QuantizeContext& context, std::vector<Levels>& levels) const;

  const char* name_;
  CommonFields common_;
  std::optional<int> axis_;
  double clip_;
};

}  // namespace mase::quant
