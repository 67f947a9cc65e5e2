// nn.argmax and nn.argmin: places of extremes, along an axis and in the whole.
#include "one_op.h"

using namespace test;

TEST_CASE("nn.argmax and nn.argmin find the places of extremes") {
  const at::Tensor x = values({3, 5}, 3, at::kDouble);
  for (const bool greatest : {true, false}) {
    const char* name = greatest ? "nn.argmax" : "nn.argmin";
    const auto before = [&](double a, double b) { return greatest ? a > b : a < b; };
    const at::Tensor rows = OneOp(name, {{"dim", -1}}, {{3, 5}})(x), all = OneOp(name, {}, {{3, 5}})(x);
    const at::Tensor columns = OneOp(name, {{"dim", 0}, {"keepdim", true}}, {{3, 5}})(x);
    CHECK(rows.scalar_type() == at::kLong);
    REQUIRE(rows.sizes() == at::IntArrayRef{3});
    REQUIRE(columns.sizes() == at::IntArrayRef{1, 5});
    REQUIRE(all.dim() == 0);
    int64_t whole = 0;
    for (int64_t n = 0; n < 3; ++n) {
      int64_t best = 0;
      for (int64_t i = 0; i < 5; ++i) {
        if (before(element(x, {n, i}), element(x, {n, best}))) best = i;
        if (before(element(x, {n, i}), element(x, {whole / 5, whole % 5}))) whole = 5 * n + i;
      }
      CHECK(element(rows, {n}) == static_cast<double>(best));
    }
    for (int64_t i = 0; i < 5; ++i) {
      int64_t best = 0;
      for (int64_t n = 0; n < 3; ++n)
        if (before(element(x, {n, i}), element(x, {best, i}))) best = n;
      CHECK(element(columns, {0, i}) == static_cast<double>(best));
    }
    CHECK(all.item<int64_t>() == whole);
    CHECK_FALSE(OneOp(name, {}, {{1}}).grid({FixedPoint{8, 4, true}}));
  }
}

TEST_CASE("nn.argmax refuses an axis that is not there") {
  const at::Tensor x = values({3, 5});
  CHECK_THAT(error_of([&] { OneOp("nn.argmax", {{"dim", 2}}, {{3, 5}})(x); }), Catch::Contains("dim names the axis 2"));
}
