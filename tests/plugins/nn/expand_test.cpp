// nn.expand repeats axes of size one, the batch from a second input.
#include "places.h"

using namespace test;

TEST_CASE("nn.expand repeats axes of size one") {
  const at::Tensor x = numbered({2, 1, 3});
  const auto run = [&](List shape) { return OneOp("nn.expand", {{"shape", std::move(shape)}}, {{1, 1, 3}})(x); };
  CHECK(worst_place(run({-1, 4, 3}), {2, 4, 3}, [&](const Shape& p) { return value_at(x, {p[0], 0, p[2]}); }) == 0);
  CHECK(worst_place(run({5, -1, 1, -1}), {5, 2, 1, 3}, [&](const Shape& p) {
          return value_at(x, {p[1], 0, p[3]});
        }) == 0);
  check_pass_through("nn.expand", {{"shape", List{-1, -1}}});
}

TEST_CASE("nn.expand takes the batch size from a second input") {
  const at::Tensor x = numbered({1, 3}), like = numbered({4, 7});
  const at::Tensor y = OneOp("nn.expand", {{"shape", List{0, -1}}}, {{1, 3}, {1, 7}}).run({x, like})[0];
  CHECK(worst_place(y, {4, 3}, [&](const Shape& p) { return value_at(x, {0, p[1]}); }) == 0);
}

TEST_CASE("nn.expand refuses what it cannot repeat") {
  const at::Tensor x = numbered({2, 3});
  const auto with = [&](List shape) { return refusal("nn.expand", {{"shape", shape}}, {x}); };
  CHECK_THAT(with({2, 6}), Catch::Contains("shape is [2,6], but the input's shape is [2,3]: only axes of size one"));
  CHECK_THAT(with({3}), Catch::Contains("at least as many axes"));
  CHECK_THAT(with({-1, 2, 3}), Catch::Contains("none to keep for a new axis"));
  CHECK_THAT(with({0, 3}), Catch::Contains("0 means the batch size of a second input, but there is one input"));
  CHECK_THAT(with({-2, 3}), Catch::Contains("at least -1"));
}
