// nn.cumsum against running sums, on numbers, integers and yes or no.
#include "one_op.h"

using namespace test;

TEST_CASE("nn.cumsum sums each element and all before it") {
  const at::Tensor x = values({3, 5}, 3, at::kDouble);
  const at::Tensor rows = OneOp("nn.cumsum", {{"dim", -1}}, {{3, 5}})(x);
  const at::Tensor columns = OneOp("nn.cumsum", {{"dim", 0}}, {{3, 5}})(x);
  for (int64_t n = 0; n < 3; ++n)
    for (int64_t i = 0; i < 5; ++i) {
      double row = 0, column = 0;
      for (int64_t k = 0; k <= i; ++k) row += element(x, {n, k});
      for (int64_t k = 0; k <= n; ++k) column += element(x, {k, i});
      CHECK(element(rows, {n, i}) == Approx(row));
      CHECK(element(columns, {n, i}) == Approx(column));
    }
  const at::Tensor places = OneOp("nn.cumsum", {{"dim", 0}}, {{3}})(at::tensor({1, 0, 1}, at::kLong).to(at::kBool));
  CHECK(places.scalar_type() == at::kLong);
  CHECK(element(places, {2}) == 2);
}

TEST_CASE("nn.cumsum's gradient is its derivative, and its grid holds the longest sum") {
  OneOp op("nn.cumsum", {{"dim", 1}}, {{2, 4}});
  CHECK(gradient_error([&](const at::Tensor& x) { return op(x); }, values({2, 4}, 5, at::kDouble)) < 1e-7);
  const FixedPoint p{4, 2, true};  // -8 to 7 quarters
  CHECK(op.grid({p}, {}, {{1, 5}}) == least_grid(-40, 35, 2));
  CHECK_FALSE(OneOp("nn.cumsum", {{"dim", 0}}, {{2, 4}}).grid({p}, {}, {{1, 5}}));
}

TEST_CASE("nn.cumsum refuses an axis that is not there") {
  const at::Tensor x = values({2, 4});
  CHECK_THAT(error_of([&] { OneOp("nn.cumsum", {{"dim", 2}}, {{2, 4}})(x); }), Catch::Contains("dim names the axis 2"));
}
