// quant.mxint: OCP microscaling with integer elements.
#pragma once
#include "mx_scale.h"

namespace mase::quant {

// A block of values (32 along one axis) shares the scale 2^S; an element is a two's complement integer M of `width`
// bits, of which all but two lie right of the point (MXINT8: M / 64, from -2 to 1.984375):
//
//   x = M * 2^-(width-2) * 2^S,  -2^(width-1) <= M <= 2^(width-1) - 1
//   S = floor(log2(max)) under scale_rule floor (OCP), else as scale_rule says;
//       within -(2^(scale_bits-1) - 1) ... 2^(scale_bits-1) - 1
//
// log2 is exact. Under floor the largest element saturates by less than one step where it rounds up to 2^(S+1);
// overflow saturate_symmetric leaves out the code -2^(width-1). A block of zeros has the least S; an infinity counts
// as the largest finite number. Where -2 * 2^127 is not a float32, float32 tensors stop one step above it.
// There is no -0. Codes: M, and S (without bias) per block. Storage: width bits an element, scale_bits a block.
//
// rule: mase has S = ceil(log2(max)), M in steps of 2^(S-width+1): a positive maximum that is a power of two
// saturates by one step. S is limited only after M was found, so small blocks grow when scale_bits are few.
class Mxint final : public BlockFormatOf<Mxint> {
 public:
  struct Config : BlockFields {
    int width = 8;
    int scale_bits = 8;
    ScaleRule scale_rule = ScaleRule::floor;
    Overflow overflow = Overflow::saturate;
    Config() { block_size = BlockShape::along(-1, 32); }
    static void schema(Schema<Config>& s);
    void check(const Value& v) const;
  };
  explicit Mxint(Config config) : BlockFormatOf("quant.mxint", config), config_(std::move(config)) {}

  std::vector<int64_t> precision() const override { return with_block_size({config_.width}); }

  template <class T, class Use>
  void with_kernel(const BlockCall&, Use use) const {
    use(kernel<T>());
  }
  template <class F, class Bits>
  int64_t shared(const F& f, Bits amax, int64_t) const {
    return f.exponent(amax);
  }
  int64_t code(double n, int64_t) const { return static_cast<int64_t>(n); }
  static constexpr Scales kScales = Scales::none;
  static constexpr bool kMaseFolds = false;
  template <class T>
  void mase(MaseBlock<T>& block) const;

 protected:
  Widths widths() const override { return {config_.width, config_.scale_bits, 0}; }
  double value(int64_t code, int64_t exponent, double) const override;

 private:
  template <class T>
  BlockInteger<T> kernel() const;

  Config config_;
};

}  // namespace mase::quant
