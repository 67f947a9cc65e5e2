// nn.matmul against sums written out in matrix_product.h.
#include "matrix_product.h"

using namespace test;

TEST_CASE("nn.matmul multiplies matrices of a batch, or one for all") {
  OneOp op("nn.matmul", {}, {{1, 3, 5}, {1, 5, 2}});
  const at::Tensor a = values({4, 3, 5}), b = values({4, 5, 2}, 4), one = values({5, 2}, 6);
  CHECK(product_error(op.run({a, b})[0], a, b) < 1e-6);
  CHECK(product_error(op.run({a, one})[0], a, one) < 1e-6);
}

TEST_CASE("nn.matmul keeps the axes before the last two") {
  OneOp op("nn.matmul", {}, {{1, 2, 3, 5}, {1, 2, 5, 4}});
  CHECK(op.run({values({2, 2, 3, 5}), values({2, 2, 5, 4})})[0].sizes() == at::IntArrayRef{2, 2, 3, 4});
}

TEST_CASE("nn.matmul's accumulator and cost count the products") { check_grid_and_cost("nn.matmul"); }

TEST_CASE("nn.matmul refuses shapes that do not meet") {
  OneOp op("nn.matmul", {}, {{1, 3, 5}, {1, 5, 2}});
  CHECK_THAT(error_of([&] {
               op.run({values({1, 3, 5}), values({1, 4, 2})});
             }),
             Catch::Contains("found shapes [1,3,5] and [1,4,2]"));
}
