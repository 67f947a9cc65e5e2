// nn.roll moves round and round.
#include "places.h"

using namespace test;

TEST_CASE("nn.roll moves along axes, what leaves at the end enters at the start") {
  const at::Tensor x = numbered({2, 3, 4});
  const auto run = [&](List shifts, List dims) {
    return OneOp("nn.roll", {{"shifts", std::move(shifts)}, {"dims", std::move(dims)}}, {{1, 3, 4}})(x);
  };
  CHECK(worst_place(run({1, -5}, {1, -1}), {2, 3, 4}, [&](const Shape& p) {
          return value_at(x, {p[0], (p[1] + 2) % 3, (p[2] + 5) % 4});
        }) == 0);
  CHECK(worst_place(run({5}, {}), {2, 3, 4}, [&](const Shape& p) {  // the elements in order
          return ((p[0] * 3 + p[1]) * 4 + p[2] + 19) % 24;
        }) == 0);
  CHECK(worst_place(run({INT64_MIN}, {1}), {2, 3, 4},  // 2^63 is 2 more than a multiple of three
                    [&](const Shape& p) {
                      return value_at(x, {p[0], (p[1] + 2) % 3, p[2]});
                    }) == 0);
  check_pass_through("nn.roll", {{"shifts", List{1}}, {"dims", List{1}}});
}

TEST_CASE("nn.roll refuses shifts without axes and axes that are not there") {
  const at::Tensor x = numbered({1, 4});
  CHECK_THAT(refusal("nn.roll", {{"shifts", List{1, 2}}}, {x}), Catch::Contains("found 2 shifts for 0 axes"));
  CHECK_THAT(refusal("nn.roll", {{"shifts", List{1}}, {"dims", List{2}}}, {x}),
             Catch::Contains("dims names the axis 2"));
}
