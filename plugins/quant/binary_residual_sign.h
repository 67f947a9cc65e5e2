// quant.binary_residual_sign: the sum of up to three signs, each of what the ones before left over (ReBNet).
#pragma once
#include "element_format.h"

namespace mase::quant {

// The signs' weights, `means`, are trainable. Code: bit i is the sign of level i, 1 for +.
class BinaryResidualSign final : public ElementFormat {
 public:
  struct Config : CommonFields {
    Config() { clip_gradient = true; }
    int levels = 2;
    std::vector<double> means;
    static void schema(Schema<Config>& s);
    void check(const Value& v) const;
  };
  explicit BinaryResidualSign(Config config);
  at::Tensor quantize(const at::Tensor& x, const QuantizeContext& context) const override;
  Codes encode(const at::Tensor& x, const QuantizeContext& context) const override;
  at::Tensor decode(const Codes& codes) const override;
  int64_t bits(const Shape& shape) const override { return count_of(shape) * config_.levels + 32 * config_.levels; }
  std::vector<int64_t> precision() const override { return {config_.levels}; }
  std::vector<FormatParameter> parameters(const Shape& shape) const override;
  Tensors backward(const at::Tensor& gradient, const at::Tensor& x, const QuantizeContext& context) const override;
  Value calibrate(const CalibrationData& data) const override;

 protected:
  bool fill(const float* x, float* y, const Part& part) const override { return fill_any(x, y, part); }
  bool fill(const double* x, double* y, const Part& part) const override { return fill_any(x, y, part); }
  std::optional<int64_t> code(double value) const override;
  double value(int64_t code) const override;
  int width() const override { return config_.levels; }
  Range range() const override;

 private:
  template <class T>
  bool fill_any(const T* x, T* y, const Part& part) const;
  BinaryResidualSign with_means(const QuantizeContext& context) const;

  Config config_;
};

}  // namespace mase::quant
