// quant.block_fp: block floating point - integers that share an exponent.
#pragma once
#include "block_format.h"

namespace mase::quant {

// A block of values shares the exponent E; an element is a sign and width-1 bits M:
//
//   x = M * 2^(E - (width-1)),  |M| <= 2^(width-1) - 1
//   E = the least exponent at which the rounded magnitude of the block's largest element is such an M,
//       within -exponent_bias ... 2^exponent_width - 1 - exponent_bias
//
// so the largest element saturates only where E is at its upper limit. A block of zeros has zeros and the least E.
// There is no -0. Codes: M as a signed integer, E per block. Storage: width bits an element, exponent_width a block.
// An infinity counts as the largest finite number.
//
// rule: mase has E = ceil(log2(max)), by which a maximum that is a power of two saturates, adds 1e-9 to magnitudes,
// gives blocks of zeros the smallest exponent that another block has, and hands on |x| <= 1e-8 as it is.
class BlockFp final : public BlockFormatOf<BlockFp> {
 public:
  struct Config : BlockFields {
    int width = 12;
    int exponent_width = 8;
    std::optional<int> exponent_bias;
    static void schema(Schema<Config>& s);
    void check(const Value& v) const;
  };
  explicit BlockFp(Config config);

  std::vector<int64_t> precision() const override;

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
  static constexpr bool kMaseFolds = true;
  template <class T>
  void mase(MaseBlock<T>& block) const;

 protected:
  Widths widths() const override { return {config_.width, config_.exponent_width, 0}; }
  double value(int64_t code, int64_t exponent, double) const override;

 private:
  template <class T>
  BlockInteger<T> kernel() const;
  int bias() const { return config_.exponent_bias.value_or((1 << (config_.exponent_width - 1)) - 1); }

  Config config_;
};

}  // namespace mase::quant
