// nn.repeat against places counted round and round.
#include "places.h"

using namespace test;

TEST_CASE("nn.repeat gives the whole input several times") {
  const at::Tensor x = numbered({2, 3});
  const auto run = [&](List repeats) { return OneOp("nn.repeat", {{"repeats", std::move(repeats)}}, {{1, 3}})(x); };
  CHECK(worst_place(run({1, 2}), {2, 6}, [&](const Shape& p) { return value_at(x, {p[0], p[1] % 3}); }) == 0);
  CHECK(worst_place(run({2, 3, 1}), {2, 6, 3}, [&](const Shape& p) { return value_at(x, {p[1] % 2, p[2]}); }) == 0);
  CHECK(shape_of(run({1, 0})) == Shape{2, 0});
  check_pass_through("nn.repeat", {{"repeats", List{1, 2}}});
  CHECK_THAT(refusal("nn.repeat", {{"repeats", List{2}}}, {x}), Catch::Contains("expected a number for each axis"));
  CHECK_THAT(refusal("nn.repeat", {{"repeats", List{1, -1}}}, {x}), Catch::Contains("at least 0"));
}
