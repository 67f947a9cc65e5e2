// quant.block_log: signed powers of two that share their exponent's bias.
#pragma once
#include "block_format.h"

namespace mase::quant {

// A block of values shares S; an element is a sign and width-1 bits K:
//
//   x = 2^(K - bias) where K > 0, and 0 where K = 0;  bias = 2^(width-1) - 1 - S
//   S = log2(max), rounded as elements are;
//       within -2^(exponent_bias_width-1) ... 2^(exponent_bias_width-1) - 1
//
// so the largest element is a power of two of the format's own. What is rounded is the logarithm: under the nearest
// roundings sqrt(2) * 2^k divides what becomes 2^k from what becomes 2^(k+1), exactly. Magnitudes that round below the
// smallest power become 0 (away from zero: the smallest power); magnitudes beyond 2^S become 2^S. A block of zeros has
// the least S; an infinity becomes 2^S of the largest finite number. There is no -0.
// Codes: sign and K; S per block. Storage: width bits an element, exponent_bias_width a block.
//
// rule: mase has no zero (K = 0 is a power like the others, and 0 becomes the smallest), the bias
// 2^(width-1) - 1 - ceil(log2(max)) within 0 ... 2^exponent_bias_width - 1, and adds a tenth of the smallest power.
class BlockLogarithm;
class BlockLogFields;
}  // namespace mase::quant
