// quant.lsq_integer: integers with a learned step (Esser et al., Learned Step Size Quantization, 2020).
#pragma once
#include "element_format.h"

namespace mase::quant {

// value = code * scale; `scale` is trainable, one for the tensor.
class LsqInteger final : public ElementFormat {
 public:
  struct Config : CommonFields {
    Config() { clip_gradient = true; }  // the paper's gradient of x
    int width = 8;
    bool is_signed = true;
    double scale = 0.0625;
    static void schema(Schema<Config>& s);
  };
  explicit LsqInteger(Config config);
  at::Tensor quantize(const at::Tensor& x, const QuantizeContext& context) const override;
  Codes encode(const at::Tensor& x, const QuantizeContext& context) const override;
  at::Tensor decode(const Codes& codes) const override;
  int64_t bits(const Shape& shape) const override { return count_of(shape) * config_.width + 32; }
  std::vector<int64_t> precision() const override { return {config_.width}; }
  std::vector<FormatParameter> parameters(const Shape& shape) const override;
  Tensors backward(const at::Tensor& gradient, const at::Tensor& x, const QuantizeContext& context) const override;
  Value calibrate(const CalibrationData& data) const override;

 protected:
  bool fill(const float* x, float* y, const Part& part) const override { return fill_any(x, y, part); }
  bool fill(const double* x, double* y, const Part& part) const override { return fill_any(x, y, part); }
  std::optional<int64_t> code(double value) const override;
  double value(int64_t code) const override { return static_cast<double>(code) * config_.scale; }
  int width() const override { return config_.width; }
  Range range() const override { return {low_ * config_.scale, high_ * config_.scale}; }

 private:
  template <class T>
  bool fill_any(const T* x, T* y, const Part& part) const;
  LsqInteger with_scale(const at::Tensor& x, const QuantizeContext& context) const;

  Config config_;
  double low_, high_;  // outermost codes
};

}  // namespace mase::quant
