// quant.mxfp: OCP microscaling with floating-point elements - MXFP8, MXFP6, MXFP4.
#pragma once
#include "mx_scale.h"

namespace mase {

namespace quant {
enum class MxElement { e4m3, e5m2, e3m2, e2m3, e2m1, e1m2 };
}  // namespace quant

template <>
struct EnumNames<quant::MxElement> {
  static const std::vector<std::string>& names();
};

namespace quant {

// A block of values (32 along one axis) shares the scale 2^S; an element P is a small floating-point number:
//
//   x = P * 2^S
//   S = floor(log2(max)) - emax under scale_rule floor (OCP), else as scale_rule says, with emax the exponent of the
//       largest element; within -(2^(scale_bits-1) - 1) ... 2^(scale_bits-1) - 1
//
//   element     e4m3  e5m2   e3m2  e2m3  e2m1  e1m2 (MASE's)
//   emax        8     15     4     2     2     1
//   largest     448   57344  28    7.5   6     3.5
//
// log2 is exact. Elements beyond the largest saturate; e4m3's NaN and e5m2's infinities and NaNs are not used. A block
// of zeros has the least S; an infinity counts as the largest finite number. Zeros keep their sign. Codes: an element's
// sign, exponent and fraction bits; S (without bias) per block. Storage: the element's bits, scale_bits a block.
//
// rule: mase has the exponent of a float32 log2, cuts fractions to 15 bits before it rounds them, loses the carry of a
// fraction that rounds up into an odd exponent (the value falls to the bottom of its binade), has one binade of
// subnormal numbers, takes float32's subnormal numbers for 0, and uses the codes of NaN and infinity as numbers.
class Mxfp final : public BlockFormatOf<Mxfp> {
 public:
  struct Config : BlockFields {
    MxElement element = MxElement::e4m3;
    bool element_is_finite = true;
    int scale_bits = 8;
    ScaleRule scale_rule = ScaleRule::floor;
    Config() { block_size = BlockShape::along(-1, 32); }
    static void schema(Schema<Config>& s);
    void check(const Value& v) const;
  };
  explicit Mxfp(Config config);

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
  static constexpr bool kMaseFolds = false;
  template <class T>
  void mase(MaseBlock<T>& block) const;

 protected:
  Widths widths() const override;
  double value(int64_t code, int64_t exponent, double) const override;

 private:
  template <class T>
  BlockFloat<T> kernel() const;
  int64_t mase_code(float x) const;

  Config config_;
  FloatSpec spec_;
};

}  // namespace quant
}  // namespace mase
