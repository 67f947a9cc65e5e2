// nn.bmm against sums written out in matrix_product.h.
#include "matrix_product.h"

using namespace test;

TEST_CASE("nn.bmm multiplies the matrices of two batches") {
  OneOp op("nn.bmm", {}, {{1, 3, 5}, {1, 5, 2}});
  const at::Tensor a = values({4, 3, 5}), b = values({4, 5, 2}, 4);
  CHECK(product_error(op.run({a, b})[0], a, b) < 1e-6);
}

TEST_CASE("nn.bmm's accumulator and cost count the products") { check_grid_and_cost("nn.bmm"); }

TEST_CASE("nn.bmm refuses other ranks and shapes that do not meet") {
  OneOp op("nn.bmm", {}, {{1, 3, 5}, {1, 5, 2}});
  CHECK_THAT(error_of([&] {
               op.run({values({3, 5}), values({5, 2})});
             }),
             Catch::Contains("found an input of shape [3,5], expected [batch, rows, terms]"));
  CHECK_THAT(error_of([&] {
               op.run({values({2, 3, 5}), values({3, 5, 2})});
             }),
             Catch::Contains("found shapes [2,3,5] and [3,5,2]"));
}
