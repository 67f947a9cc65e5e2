// quant.integer: fixed-point numbers, code * 2^-frac_width, signed or unsigned.
#pragma once
#include "fixed_kernel.h"

namespace mase::quant {

// Exact for float32 and float64 at every width. Where a limit of the grid has more bits than the tensor's
// type (width above 24 or 53), saturation stops at the last value inside the limit that the type can hold.
class Integer final : public ElementFormat {
 public:
  struct Config : CommonFields {
    int width = 8;
    int frac_width = 4;
    bool is_signed = true;
    Rounding rounding = Rounding::nearest_even;
    Overflow overflow = Overflow::saturate;
    Rule rule = Rule::standard;
    static void schema(Schema<Config>& s);
    void check(const Value& v) const;
  };
  explicit Integer(Config config);

  std::vector<int64_t> precision() const override { return {config_.width, config_.frac_width}; }
  std::optional<FixedPoint> fixed_point() const override;
  Value calibrate(const CalibrationData& data) const override;

 protected:
  bool fill(const float* x, float* y, const Part& part) const override { return fill_any(x, y, part); }
  bool fill(const double* x, double* y, const Part& part) const override { return fill_any(x, y, part); }
  bool draws() const override { return config_.rounding == Rounding::stochastic; }
  std::optional<int64_t> code(double value) const override;
  double value(int64_t code) const override;
  int width() const override { return config_.width; }
  Range range() const override { return {grid64_.low * grid64_.inverse, grid64_.high * grid64_.inverse}; }

 private:
  template <class T>
  const FixedGrid<T>& grid() const;
  template <class T>
  bool fill_any(const T* x, T* y, const Part& part) const;

  Config config_;
  FixedGrid<float> grid32_;
  FixedGrid<double> grid64_;
};

}  // namespace mase::quant
