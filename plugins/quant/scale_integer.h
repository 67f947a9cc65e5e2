// quant.scale_integer: integers with one scale per row of the last axis.
#pragma once
#include "block_format.h"

namespace mase::quant {

// A row of the last axis shares the scale s; an element is an integer N:
//
//   x = N * s,  N = x / s rounded, within -high ... high (is_signed: false: 0 ... high)
//   s = max / high;  high = 2^(width-1) - 1 (is_signed: false: 2^width - 1); max is the largest magnitude of the row
//
// so nothing saturates but the negative numbers of unsigned rows. s has the tensor's type, is never smaller than that
// type's least normal number, and x / s is one correctly rounded division. A row of zeros has zeros; an infinity counts
// as the largest finite number. There is no -0. Codes: N, and s per row. N * s has more bits than a float32, so decoded
// codes equal quantized values after rounding to the tensor's type. Storage: width bits an element, 32 a row.
//
// rule: mase multiplies by 2^(width-1) / (max + 1e-9) (unsigned: 2^width), so the maximum saturates by one step unless
// it is negative, where the range has one step more.
class ScaleInteger final : public BlockFormatOf<ScaleInteger> {
 public:
  struct Config : BlockFields {
    int width = 8;
    bool is_signed = true;
    Config() { block_size = BlockShape::along(-1, INT64_MAX); }
    static void schema(Schema<Config>& s);
    void check(const Value& v) const;
  };
  explicit ScaleInteger(Config config) : BlockFormatOf("quant.scale_integer", config), config_(std::move(config)) {}

  std::vector<int64_t> precision() const override { return {config_.width}; }

  template <class T, class Use>
  void with_kernel(const BlockCall&, Use use) const {
    use(kernel<T>());
  }
  template <class F, class Bits>
  int64_t shared(const F&, Bits, int64_t) const {
    return 0;
  }
  int64_t code(double n, int64_t) const { return static_cast<int64_t>(n); }
  static constexpr Scales kScales = Scales::block;
  static constexpr bool kMaseFolds = false;
  template <class T>
  void mase(MaseBlock<T>& block) const;

 protected:
  Widths widths() const override { return {config_.width, 32, 0, false}; }
  double value(int64_t code, int64_t, double scale) const override { return static_cast<double>(code) * scale; }

 private:
  template <class T>
  FittedInteger<T> kernel() const;

  Config config_;
};

}  // namespace mase::quant
