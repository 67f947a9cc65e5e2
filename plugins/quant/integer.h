// quant.integer: fixed-point numbers, code * 2^-frac_width, signed or unsigned.
#pragma once
#include <mase/format.h>

#include "fixed_kernel.h"

namespace mase {

namespace quant {
enum class NanPolicy { error, propagate };
enum class Rule { standard, mase };
}  // namespace quant

template <>
struct EnumNames<quant::Rounding> {
  static const std::vector<std::string>& names();
};
template <>
struct EnumNames<quant::Overflow> {
  static const std::vector<std::string>& names();
};
template <>
struct EnumNames<quant::NanPolicy> {
  static const std::vector<std::string>& names();
};
template <>
struct EnumNames<quant::Rule> {
  static const std::vector<std::string>& names();
};

namespace quant {

// Exact for float32 and float64 at every width. Where a limit of the grid has more bits than the tensor's
// type (width above 24 or 53), saturation stops at the last value inside the limit that the type can hold.
class Integer final : public Format {
 public:
  struct Config {
    int width = 8;
    int frac_width = 4;
    bool is_signed = true;
    Rounding rounding = Rounding::nearest_even;
    Overflow overflow = Overflow::saturate;
    bool clip_gradient = false;
    NanPolicy nan = NanPolicy::error;
    Rule rule = Rule::standard;
    static void schema(Schema<Config>& s);
    void check(const Value& v) const;
  };
  explicit Integer(Config config);

  at::Tensor quantize(const at::Tensor& x, const QuantizeContext& context) const override;
  Codes encode(const at::Tensor& x, const QuantizeContext& context) const override;
  at::Tensor decode(const Codes& codes) const override;
  int64_t bits(const Shape& shape) const override;
  std::vector<int64_t> precision() const override { return {config_.width, config_.frac_width}; }
  std::optional<FixedPoint> fixed_point() const override;
  Value calibrate(const CalibrationData& data) const override;
  Tensors backward(const at::Tensor& gradient, const at::Tensor& x, const QuantizeContext& context) const override;

 private:
  template <class T>
  const FixedGrid<T>& grid() const;
  template <class T>
  bool fill(const at::Tensor& x, at::Tensor& y, const QuantizeContext& context) const;

  template <class T>
  bool to_codes(const at::Tensor& values, int64_t* codes) const;

  Config config_;
  FixedGrid<float> grid32_;
  FixedGrid<double> grid64_;
};

}  // namespace quant
}  // namespace mase
