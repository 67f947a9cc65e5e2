// pick.first, pick.best and pick.knee on rows whose derivatives are worked out by hand.
#include <catch2/catch.hpp>

#include "mase/pick.h"
#include "support/fake_context.h"

using namespace mase;

namespace {

std::vector<Row> rows(const std::vector<std::pair<int, double>>& points) {
  std::vector<Row> rows;
  for (const auto& [width, accuracy] : points)
    rows.push_back({static_cast<int64_t>(rows.size()), "", {{"width", width}}, {{"qat.accuracy", accuracy}}});
  return rows;
}

size_t choose(const char* name, const std::vector<Row>& rows, Map with = {}) {
  test::FakeContext context;
  return test::registry().create<Pick>(Chosen(name, std::move(with)))->choose(rows, context);
}
const Map kKnee{{"x", "width"}, {"y", "qat.accuracy"}};

}  // namespace

TEST_CASE("first and best; of equal rows the first") {
  const auto r = rows({{4, 0.5}, {8, 0.9}, {16, 0.9}});
  CHECK(choose("pick.first", r) == 0);
  CHECK(choose("pick.best", r, {{"metric", "qat.accuracy"}}) == 1);
  CHECK(choose("pick.best", r, {{"metric", "qat.accuracy"}, {"direction", "minimize"}}) == 0);
  CHECK(test::message([&] {
          choose("pick.best", r, {{"metric", "qat.acuracy"}});
        }).find("did you mean 'qat.accuracy'?") != std::string::npos);
}

TEST_CASE("the knee has the smallest derivative, weighted with x; rows in any order") {
  // |dy/dx| * x: 4: 0.2 * 4 = 0.8; 8: 0.025 * 8 = 0.2; 16: 0.02 * 16 = 0.32
  const auto r = rows({{16, 0.96}, {2, 0.3}, {8, 0.8}, {4, 0.7}});
  CHECK(choose("pick.knee", r, kKnee) == 2);
  Map slopes = kKnee;  // alone: 0.2, 0.025, 0.02
  slopes.set("weight", 0.0);
  CHECK(choose("pick.knee", r, slopes) == 0);
}

TEST_CASE("a derivative of zero is left out; where nothing changes the least x is picked") {
  CHECK(choose("pick.knee", rows({{2, 0.3}, {4, 0.7}, {8, 0.7}, {16, 0.8}}), kKnee) == 3);
  CHECK(choose("pick.knee", rows({{8, 0.7}, {4, 0.7}}), kKnee) == 1);
}

TEST_CASE("repeats at one x count with their mean") {
  // means 0.5, 0.7, 0.71: the last step is the flattest
  CHECK(choose("pick.knee", rows({{2, 0.4}, {2, 0.6}, {4, 0.6}, {4, 0.8}, {8, 0.70}, {8, 0.72}}), kKnee) == 4);
}
