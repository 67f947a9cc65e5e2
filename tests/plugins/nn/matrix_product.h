// What the tests of nn.matmul and nn.bmm share: products written out.
#pragma once
#include "one_op.h"

namespace test {

// The greatest difference between [batch, rows, columns] and the sums of products; a second operand without a batch
// axis is shared.
inline double product_error(const at::Tensor& y, const at::Tensor& a, const at::Tensor& b) {
  double worst = 0;
  for (int64_t n = 0; n < y.size(0); ++n)
    for (int64_t r = 0; r < y.size(1); ++r)
      for (int64_t c = 0; c < y.size(2); ++c) {
        double sum = 0;
        for (int64_t k = 0; k < a.size(2); ++k)
          sum += element(a, {n, r, k}) * (b.dim() == 2 ? element(b, {k, c}) : element(b, {n, k, c}));
        worst = std::max(worst, std::abs(element(y, {n, r, c}) - sum));
      }
  return worst;
}

inline void check_grid_and_cost(const char* name) {
  const OneOp op(name, {}, {{1, 3, 5}, {1, 5, 2}});
  // Five products of signed 4 x 4 bits: from 5 * -8 * 7 to 5 * 64.
  CHECK(op.grid({FixedPoint{4, 1, true}, FixedPoint{4, 2, true}}, {}, {{1, 3, 5}, {1, 5, 2}}) ==
        least_grid(-5 * 56, 5 * 64, 3));
  CHECK_FALSE(op.grid({FixedPoint{4, 1, true}, std::nullopt}, {}, {{1, 3, 5}, {1, 5, 2}}));
  CHECK(op.op->cost({{1, 3, 5}, {1, 5, 2}}, {{1, 3, 2}}).macs == 3 * 2 * 5);
}

}  // namespace test
