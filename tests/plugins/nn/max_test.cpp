// nn.max and nn.min: extremes along an axis, with their places.
#include "one_op.h"

using namespace test;

TEST_CASE("nn.max and nn.min give extremes and their places") {
  const at::Tensor x = values({3, 5}, 3, at::kDouble);
  for (const bool greatest : {true, false}) {
    const char* name = greatest ? "nn.max" : "nn.min";
    const Tensors rows = OneOp(name, {{"dim", 1}}, {{3, 5}}).run({x});
    const Tensors kept = OneOp(name, {{"dim", -1}, {"keepdim", true}}, {{3, 5}}).run({x});
    REQUIRE(rows.size() == 2);
    REQUIRE(rows[0].sizes() == at::IntArrayRef{3});
    REQUIRE(kept[1].sizes() == at::IntArrayRef{3, 1});
    CHECK(rows[1].scalar_type() == at::kLong);
    for (int64_t n = 0; n < 3; ++n) {
      int64_t best = 0;
      for (int64_t i = 1; i < 5; ++i) {
        const double a = element(x, {n, i}), b = element(x, {n, best});
        if (greatest ? a > b : a < b) best = i;
      }
      CHECK(element(rows[0], {n}) == element(x, {n, best}));
      CHECK(element(rows[1], {n}) == static_cast<double>(best));
      CHECK(element(kept[1], {n, 0}) == static_cast<double>(best));
    }
    CHECK(OneOp(name, {{"dim", 0}}, {{3}}).run({at::tensor({3, 1, 2}, at::kLong)})[0].scalar_type() == at::kLong);
    OneOp op(name, {{"dim", 1}}, {{3, 5}});
    CHECK(gradient_error([&](const at::Tensor& moved) { return op(moved); }, x) < 1e-7);
    CHECK(op.grid({FixedPoint{8, 4, true}}) == FixedPoint{8, 4, true});
    CHECK_THAT(error_of([&] { OneOp(name, {}, {{1}}); }), Catch::Contains("missing 'dim'"));
    CHECK_THAT(error_of([&] { OneOp(name, {{"dim", 2}}, {{3, 5}})(x); }), Catch::Contains("dim names the axis 2"));
  }
}
