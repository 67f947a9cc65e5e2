// nn.slice takes a range of one axis, as Python does.
#include "places.h"

using namespace test;

TEST_CASE("nn.slice takes a range of one axis and clamps its ends") {
  struct Range {
    int64_t start;
    Value end;
    int64_t step, first, count;
  };
  const at::Tensor x = numbered({2, 7, 3});
  for (const Range& r : {Range{0, nullptr, 1, 0, 7}, Range{2, 5, 1, 2, 3}, Range{-3, nullptr, 1, 4, 3},
                         Range{1, -1, 2, 1, 3}, Range{-100, 100, 3, 0, 3}, Range{5, 2, 1, 0, 0},
                         Range{INT64_MIN, INT64_MAX, 1, 0, 7}, Range{0, nullptr, INT64_MAX, 0, 1}}) {
    const Map with{{"dim", 1}, {"start", r.start}, {"end", r.end}, {"step", r.step}};
    const at::Tensor y = OneOp("nn.slice", with, {{1, 7, 3}})(x);
    CHECK(worst_place(y, {2, r.count, 3}, [&](const Shape& p) {
            return value_at(x, {p[0], r.first + r.step * p[1], p[2]});
          }) == 0);
  }
  check_pass_through("nn.slice", {{"dim", 1}});
}

TEST_CASE("nn.slice refuses steps backwards and axes that are not there") {
  CHECK_THAT(refusal("nn.slice", {{"dim", 1}, {"step", -1}}, {numbered({1, 3})}), Catch::Contains("at least 1"));
  CHECK_THAT(refusal("nn.slice", {{"dim", 2}}, {numbered({1, 3})}), Catch::Contains("dim names the axis 2"));
}
