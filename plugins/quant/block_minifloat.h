// quant.block_minifloat: small floating-point numbers that share their exponent's bias.
#pragma once
#include "block_format.h"

namespace mase::quant {

// A block of values shares S, the exponent of its top binade; an element is a sign, exponent_width bits F of exponent
// and m = width - exponent_width - 1 bits M of mantissa:
//
//   x = (1 + M/2^m) * 2^(F - bias) where F > 0, and (M/2^m) * 2^(1 - bias) where F = 0
//   bias = 2^exponent_width - 1 - S
//   S = floor(log2(max)), one more where the rounded maximum is a power of two above;
//       within -2^(exponent_bias_width-1) ... 2^(exponent_bias_width-1) - 1
//
// so the largest element lies in the top binade, saturates only where S is at its upper limit, and all exponents hold
// numbers. log2 is exact. A block of zeros has the least S; an infinity counts as the largest finite number. Zeros keep
// their sign. Codes: an element's sign, exponent and mantissa bits; S per block. Storage: width bits an element,
// exponent_bias_width a block.
//
// rule: mase has the bias floor(log2(max)), within 0 ... 2^exponent_bias_width - 1, so blocks with large values get a
// small range; a mantissa that rounds up to 2 saturates in its binade; |x| <= 1e-8 is handed on as it is.
class BlockMinifloat final : public BlockFormatOf<BlockMinifloat> {
 public:
  struct Config : BlockFields {
    int width = 8;
    int exponent_width = 4;
    int exponent_bias_width = 8;
    Config() { skip_first_dim = false; }
    static void schema(Schema<Config>& s);
    void check(const Value& v) const;
  };
  explicit BlockMinifloat(Config config);

  std::vector<int64_t> precision() const override;

  template <class T, class Use>
  void with_kernel(const BlockCall&, Use use) const {
    use(kernel<T>());
  }
  template <class F, class Bits>
  int64_t shared(const F& f, Bits amax, int64_t) const {
    return f.exponent(amax);
  }
  int64_t code(double n, int64_t) const { return spec_.code(n).value(); }
  static constexpr Scales kScales = Scales::none;
  static constexpr bool kMaseFolds = true;
  template <class T>
  void mase(MaseBlock<T>& block) const;

 protected:
  Widths widths() const override { return {config_.width, config_.exponent_bias_width, 0}; }
  double value(int64_t code, int64_t exponent, double) const override;

 private:
  template <class T>
  BlockFloat<T> kernel() const;

  Config config_;
  FloatSpec spec_;  // of elements in units of 2^S
};

}  // namespace mase::quant
