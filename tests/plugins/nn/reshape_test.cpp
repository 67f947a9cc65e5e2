// nn.reshape keeps the elements in order.
#include <ATen/ops/arange.h>

#include "one_op.h"

using namespace test;

TEST_CASE("nn.reshape gives the elements another shape") {
  const at::Tensor x = at::arange(24.0f).view({2, 3, 2, 2});
  const auto run = [&](Map with) { return OneOp("nn.reshape", std::move(with), {{1, 3, 2, 2}})(x); };
  CHECK(at::equal(run({{"shape", List{-1, 6, 2}}}), x.view({2, 6, 2})));
  CHECK(at::equal(run({{"shape", List{2, -1}}}), x.view({2, 12})));
  CHECK(OneOp("nn.reshape", {{"shape", List{-1}}}, {{1, 1}}).grid({FixedPoint{8, 4, true}}) == FixedPoint{8, 4, true});
}

TEST_CASE("nn.reshape refuses shapes that nobody can follow") {
  const auto refusal = [](List shape) { return error_of([&] { OneOp("nn.reshape", {{"shape", shape}}, {{1, 4}}); }); };
  CHECK_THAT(refusal({-1, -1}), Catch::Contains("more than one -1"));
  CHECK_THAT(refusal({-2, 4}), Catch::Contains("at least -1"));
  const auto misfit = [](List shape) {
    return error_of([&] { OneOp("nn.reshape", {{"shape", shape}}, {{1, 4}})(at::arange(4.0f).view({1, 4})); });
  };
  CHECK_THAT(misfit({3, -1}),
             Catch::Contains("shape is [3,-1], which does not hold the elements of the input's shape [1,4]"));
  CHECK_THAT(misfit({5}), Catch::Contains("does not hold"));
  CHECK_THAT(misfit({int64_t{1} << 62, int64_t{1} << 62, 4}), Catch::Contains("does not hold"));
  CHECK_THAT(misfit({0, -1}), Catch::Contains("does not hold"));
}
