// What the formats with floating-point elements share: kernels, codes, range, and a bias chosen from data.
#pragma once
#include "float_kernel.h"

namespace mase::quant {

// `overflow: to_infinity` is refused where the format has neither infinity nor NaN.
void check_float_overflow(FloatOverflow overflow, bool has_special, const Value& v);
// The bias that MASE takes where none is given: 2^(exponent_width - 1) - 1.
inline int default_bias(int exponent_width) { return (1 << (exponent_width - 1)) - 1; }

class FloatFormat : public ElementFormat {
 public:
  FloatFormat(const char* name, const CommonFields& common, const FloatSpec& spec, Rounding rounding,
              FloatOverflow overflow)
      : ElementFormat(name, common), spec_(spec), grid_(spec), rounding_(rounding), overflow_(overflow) {}

 protected:
  bool fill(const float* x, float* y, const Part& part) const override {
    return run_float(grid_, rounding_, overflow_, x, y, part);
  }
  bool fill(const double* x, double* y, const Part& part) const override {
    return run_float(grid_, rounding_, overflow_, x, y, part);
  }
  bool draws() const override { return rounding_ == Rounding::stochastic; }
  std::optional<int64_t> code(double value) const override { return spec_.code(value); }
  double value(int64_t code) const override { return spec_.value(code); }
  int width() const override { return 1 + spec_.exponent_bits + spec_.mantissa_bits; }
  Range range() const override { return {-grid_.max, grid_.max}; }

  const FloatSpec& spec() const { return spec_; }
  const FloatGrid& grid() const { return grid_; }

 private:
  FloatSpec spec_;
  FloatGrid grid_;
  Rounding rounding_;
  FloatOverflow overflow_;
};

constexpr int kLeastBias = -128, kGreatestBias = 256;  // of the field exponent_bias

// The exponent_bias that fits the samples. `max` is the greatest value at bias 0; `quantize` rounds with a bias.
Value choose_bias(const CalibrationData& data, double max, std::string_view format,
                  const std::function<at::Tensor(int bias, const at::Tensor&)>& quantize);

}  // namespace mase::quant
