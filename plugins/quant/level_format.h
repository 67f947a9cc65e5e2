// What binary and ternary formats share: a tensor in groups of one scale each, and two thresholds per group.
#pragma once
#include "magnitudes.h"

namespace mase::quant {

// x >= from_high becomes high, x > from_low middle, everything else low.
struct Levels {
  double from_high = 0, from_low = 0, high = 1, middle = 0, low = -1;
  double scale = 1;  // of codes
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

  virtual bool has_scale() const = 0;                       // whether codes have a scale for each group
  virtual bool fits_values() const { return has_scale(); }  // whether fit() looks at the values
  virtual Groups groups(at::IntArrayRef sizes) const;       // what shares a scale
  virtual bool draws() const { return false; }
  virtual std::vector<Levels> fit(const Grouped& x) const = 0;  // of each group
  virtual int64_t code(double value) const = 0;
  virtual double unit(int64_t code) const = 0;  // value without its scale
  virtual int width() const = 0;

 private:
  template <class T>
  bool apply(const T* in, T* out, const Groups& groups, const std::vector<Levels>& levels, uint64_t key) const;
  template <class T>
  bool fit_and_apply(const T* in, T* out, const Groups& groups, std::vector<Levels>& levels, uint64_t key) const;
  at::Tensor quantize(const at::Tensor& x, const QuantizeContext& context, std::vector<Levels>& levels) const;

  const char* name_;
  CommonFields common_;
  std::optional<int> axis_;
  double clip_;
};

}  // namespace mase::quant
