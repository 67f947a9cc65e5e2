// quant.mxint_hardware: MASE's MXINT as its hardware computes it.
#pragma once
#include "block_format.h"

namespace mase::quant {

// A tile of values (parallelism: [rows, columns], or [columns] of one row) shares the exponent E; an element is a two's
// complement integer M:
//
//   x = M * 2^(E - (width-1)),  -2^(width-1) <= M <= 2^(width-1) - 1
//   E = floor(log2(max)) + 1, within -2^(exponent_width-1) ... 2^(exponent_width-1) - 1
//
// log2 is exact, so the largest magnitude lies in the upper half of the range. The default rounding is floor, as
// hardware drops bits. A tile of zeros has the least E; an infinity counts as the largest finite number. There is no
// -0. Codes: M, and E (without bias) per tile. Storage: width bits an element, exponent_width a tile.
//
// rule: mase has E = ceil(log2(max)) - 2^(exponent_width-1) and x = floor(x / 2^E) * 2^E, which uses the range of M
// only where width - 1 = 2^(exponent_width-1).
class MxintHardware final : public BlockFormatOf<MxintHardware> {
 public:
  struct Config : BlockFields {
    int width = 12;
    int exponent_width = 4;
    Overflow overflow = Overflow::saturate;
    Config() { block_size = {-1, 0, {1, 16}}, skip_first_dim = false, rounding = Rounding::floor; }
    static void schema(Schema<Config>& s);
    void check(const Value& v) const;
  };
  explicit MxintHardware(Config config) : BlockFormatOf("quant.mxint_hardware", config), config_(std::move(config)) {}

  std::vector<int64_t> precision() const override { return {config_.width, config_.exponent_width}; }

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
  Widths widths() const override { return {config_.width, config_.exponent_width, 0}; }
  double value(int64_t code, int64_t exponent, double) const override;
  BlockGeometry geometry(const Shape& shape, const QuantizeContext&) const override;

 private:
  template <class T>
  BlockInteger<T> kernel() const;

  Config config_;
};

}  // namespace mase::quant
