// search.random, search.grid and search.brute_force on small spaces whose points are counted by hand.
#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <set>

#include "mase/sampler.h"
#include "support/fake_context.h"

using namespace mase;

namespace {

Domain number(std::string name, double low, double high, double step = 1) {
  Domain d;
  d.name = std::move(name), d.kind = Domain::Kind::integer, d.low = low, d.high = high, d.step = step;
  return d;
}

// `format` brings `width` in option 0 and `bits` in option 1; option 2 brings nothing: 3 + 2 + 1 points.
Space conditional() {
  Domain format, width = number("s/width", 4, 6), bits = number("s/bits", 1, 2);
  format.name = "s/format.use", format.labels = {"a", "b", "none"}, format.options = {"a", "b", "none"};
  width.parent = bits.parent = 0, width.parent_option = 0, bits.parent_option = 1;
  return {{format, width, bits}};
}

std::shared_ptr<Sampler> sampler(const char* name, const Space& space, uint64_t seed = 1, Map with = {}) {
  auto s = test::registry().create<Sampler>(Chosen(name, std::move(with)));
  s->begin(space, {{"score", true}}, seed);
  return s;
}

std::string text(const Point& point) {
  std::string text;
  for (const double v : point) text += v == v ? std::to_string(static_cast<int>(v)) + " " : "- ";
  return text;
}

std::vector<std::string> all(Sampler& s, int most = 100) {
  std::vector<std::string> points;
  for (int i = 0; i < most; ++i) {
    const auto point = s.ask({i, i}, {});
    if (!point) break;
    points.push_back(text(*point));
  }
  return points;
}

const std::vector<std::string> kConditional = {"0 4 - ", "0 5 - ", "0 6 - ", "1 - 1 ", "1 - 2 ", "2 - - "};

}  // namespace

TEST_CASE("brute force visits every point once, in order, and then stops") {
  CHECK(all(*sampler("search.brute_force", {{number("a", 1, 2), number("b", 0, 4, 2)}})) ==
        std::vector<std::string>{"1 0 ", "2 0 ", "1 2 ", "2 2 ", "1 4 ", "2 4 "});
  CHECK(all(*sampler("search.brute_force", conditional())) == kConditional);
  CHECK_FALSE(sampler("search.brute_force", conditional())->unbounded());
}

TEST_CASE("grid visits the same points in an order that hangs on the seed") {
  const auto one = all(*sampler("search.grid", conditional(), 1));
  CHECK(std::set<std::string>(one.begin(), one.end()) ==
        std::set<std::string>(kConditional.begin(), kConditional.end()));
  CHECK(one.size() == 6);
  CHECK(all(*sampler("search.grid", conditional(), 1)) == one);
  const Space larger{{number("a", 1, 10), number("b", 1, 10)}};
  CHECK(all(*sampler("search.grid", larger, 1)) != all(*sampler("search.grid", larger, 2)));
}

TEST_CASE("grid takes values by the name of a parameter or the end of one") {
  Domain rate = number("s/n1/rate", 0, 1, 0);
  rate.kind = Domain::Kind::real;
  const Map values{{"rate", List{0.25, 0.5}}};
  const Space space{{rate}};
  auto s = sampler("search.grid", space, 1, {{"values", values}});
  CHECK_NOTHROW(s->check(space));
  std::set<double> seen;
  for (int i = 0; i < 2; ++i) seen.insert(s->ask({i, i}, {})->at(0));
  CHECK(seen == std::set<double>{0.25, 0.5});
  CHECK_FALSE(s->ask({2, 2}, {}));
  const auto bare = test::registry().create<Sampler>(Chosen("search.grid"));
  CHECK(test::message([&] { bare->check(space); }).find("cannot enumerate 's/n1/rate'") != std::string::npos);
  const auto wrong = test::registry().create<Sampler>(Chosen("search.grid", {{"values", Map{{"rte", List{0.25}}}}}));
  CHECK(test::message([&] { wrong->check({{number("rate", 1, 2)}}); }).find("did you mean 'rate'?") !=
        std::string::npos);
}

TEST_CASE("brute force refuses what has no end") {
  Domain rate = number("rate", 0, 1, 0);
  rate.kind = Domain::Kind::real;
  const auto s = test::registry().create<Sampler>(Chosen("search.brute_force"));
  CHECK(test::message([&] { s->check({{rate}}); }).find("'rate' is continuous") != std::string::npos);
}

TEST_CASE("random draws stay inside, hang on seed and draw alone, and use every value alike") {
  const auto s = sampler("search.random", conditional(), 3);
  std::map<std::string, int> options;
  for (int i = 0; i < 3000; ++i) {
    const Point p = *s->ask({0, i}, {});
    const std::string shown = text(p);
    REQUIRE(std::find(kConditional.begin(), kConditional.end(), shown) != kConditional.end());
    ++options[shown.substr(0, 1)];
  }
  for (const char* option : {"0", "1", "2"}) CHECK(options[option] == Approx(1000).margin(120));  // over 4 sigma
  CHECK(text(*s->ask({9, 5}, {})) == text(*sampler("search.random", conditional(), 3)->ask({0, 5}, {})));
}

TEST_CASE("random draws of a logarithmic domain are even in the logarithm") {
  Domain rate = number("rate", 1e-4, 1, 0);
  rate.kind = Domain::Kind::real, rate.log = true;
  const auto s = sampler("search.random", {{rate}});
  int low = 0;
  for (int i = 0; i < 2000; ++i) {
    const double v = s->ask({0, i}, {})->at(0);
    REQUIRE((v >= 1e-4 && v <= 1));
    low += v < 1e-2;
  }
  CHECK(low == Approx(1000).margin(120));
}
