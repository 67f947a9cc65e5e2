// nn.cumprod against running products, on numbers, integers and yes or no.
#include "one_op.h"

using namespace test;

TEST_CASE("nn.cumprod multiplies each element and all before it") {
  const at::Tensor x = values({3, 5}, 3, at::kDouble);
  const at::Tensor rows = OneOp("nn.cumprod", {{"dim", -1}}, {{3, 5}})(x);
  const at::Tensor columns = OneOp("nn.cumprod", {{"dim", 0}}, {{3, 5}})(x);
  for (int64_t n = 0; n < 3; ++n)
    for (int64_t i = 0; i < 5; ++i) {
      double row = 1, column = 1;
      for (int64_t k = 0; k <= i; ++k) row *= element(x, {n, k});
      for (int64_t k = 0; k <= n; ++k) column *= element(x, {k, i});
      CHECK(element(rows, {n, i}) == Approx(row));
      CHECK(element(columns, {n, i}) == Approx(column));
    }
  const at::Tensor all = OneOp("nn.cumprod", {{"dim", 0}}, {{3}})(at::tensor({1, 1, 0}, at::kLong).to(at::kBool));
  CHECK(all.scalar_type() == at::kLong);
  CHECK(element(all, {1}) == 1);
  CHECK(element(all, {2}) == 0);
}

TEST_CASE("nn.cumprod's gradient is its derivative, also beside a zero; its products have no grid") {
  OneOp op("nn.cumprod", {{"dim", 1}}, {{2, 4}});
  at::Tensor x = values({2, 4}, 5, at::kDouble);
  CHECK(gradient_error([&](const at::Tensor& y) { return op(y); }, x) < 1e-7);
  x[1][2] = 0;
  CHECK(gradient_error([&](const at::Tensor& y) { return op(y); }, x) < 1e-7);
  CHECK_FALSE(op.grid({FixedPoint{4, 2, true}}, {}, {{1, 4}}));
}

TEST_CASE("nn.cumprod refuses an axis that is not there") {
  const at::Tensor x = values({2, 4});
  CHECK_THAT(error_of([&] {
               OneOp("nn.cumprod", {{"dim", 2}}, {{2, 4}})(x);
             }),
             Catch::Contains("dim names the axis 2"));
}
