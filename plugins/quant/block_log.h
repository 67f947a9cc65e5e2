// quant.block_log: signed powers of two that share their exponent's bias.
#pragma once
#include "block_format.h"
#include "log_element.h"

namespace mase::quant {

// A block of values shares S; an element is a sign and width-1 bits K:
//
//   x = 2^(K - bias) where K > 0, and 0 where K = 0;  bias = 2^(width-1) - 1 - S
//   S = log2(max), rounded as elements are;
//       within -2^(exponent_bias_width-1) ... 2^(exponent_bias_width-1) - 1
//
// so the largest element becomes the largest power. What is rounded is the logarithm: under the nearest roundings
// sqrt(2) * 2^k divides what becomes 2^k from what becomes 2^(k+1), exactly. Between zero and the smallest power the
// middle is half that power. Magnitudes beyond 2^S become 2^S. A block of zeros has the least S; an infinity counts as
// the largest finite number. Zeros keep their sign. Codes: sign and K; S per block. Storage: width bits an element,
// exponent_bias_width a block.
//
// rule: mase has no zero (K = 0 is a power like the others, and 0 becomes the smallest), the bias
// 2^(width-1) - 1 - ceil(log2(max)) within 0 ... 2^exponent_bias_width - 1, and adds a tenth of the smallest power.
class BlockLog final : public BlockFormatOf<BlockLog> {
 public:
  struct Config : BlockFields {
    int width = 8;
    int exponent_bias_width = 8;
    Config() { skip_first_dim = false; }
    static void schema(Schema<Config>& s);
    void check(const Value& v) const;
  };
  explicit BlockLog(Config config) : BlockFormatOf("quant.block_log", config), config_(std::move(config)) {}

  std::vector<int64_t> precision() const override {
    return with_block_size({config_.width, config_.exponent_bias_width});
  }

  template <class T, class Use>
  void with_kernel(const BlockCall&, Use use) const {
    use(kernel<T>());
  }
  template <class F, class Bits>
  int64_t shared(const F& f, Bits amax, int64_t) const {
    return f.exponent(amax);
  }
  int64_t code(double n, int64_t shared) const;
  static constexpr Scales kScales = Scales::none;
  static constexpr bool kMaseFolds = true;
  template <class T>
  void mase(MaseBlock<T>& block) const;

 protected:
  Widths widths() const override { return {config_.width, config_.exponent_bias_width, 0}; }
  double value(int64_t code, int64_t exponent, double) const override;

 private:
  template <class T>
  LogElement<T> kernel() const;
  int64_t sign_code() const { return int64_t{1} << (config_.width - 1); }

  Config config_;
};

}  // namespace mase::quant
