// Spaces: names, order, conditions, and the way back from a point to a configuration.
#include "recipe/domains.h"

#include <catch2/catch.hpp>

#include "fake.h"

using namespace mase;
using Texts = std::vector<std::string>;

namespace {

struct Case {
  Recipe recipe;
  Scope scope;
  SearchSpace space;
  explicit Case(const std::string& search, const std::string& params = "{}")
      : recipe(parse_recipe(
            "mase: 1\nparams: " + params + "\nsteps:\n- search: {sampler: s, score: {a: 1}, " + search + "}\n",
            "r.yaml")),
        scope(scope_of(recipe)),
        space(collect_domains(control(), scope, [](const Step&) {
          return Texts{"fc1", "fc2"};
        })) {}
  const Control& control() const { return *recipe.steps[0].control; }
  Texts names() const {
    Texts names;
    for (const Domain& d : space.space.domains) names.push_back(d.name);
    return names;
  }
  std::string with(const Point& point, const std::string& node = {}, size_t step = 0) const {
    const Scope inner = scope_of_space(control(), &scope);
    const PointAssignment assignment(space, point);
    const Step& s = control().steps[step];
    return resolve(s.with, inner, &assignment, s.name + "/" + (node.empty() ? "" : node + "/")).json();
  }
};

}  // namespace

TEST_CASE("one parameter per node, in the order of the recipe") {
  const Case c(
      "steps: [{use: q, each: node, with: {weight: {use: f.int, with: {width: {$choice: [2, 4]}, frac: "
      "{$int: [0, 8]}}}}}]");
  CHECK(c.names() == Texts{"q/fc1/weight.width", "q/fc1/weight.frac", "q/fc2/weight.width", "q/fc2/weight.frac"});
  CHECK(c.with({0, 3, 1, 7}, "fc1") == R"({"weight":{"use":"f.int","with":{"width":2,"frac":3}}})");
  CHECK(c.with({0, 3, 1, 7}, "fc2") == R"({"weight":{"use":"f.int","with":{"width":4,"frac":7}}})");
  CHECK(c.space.short_name(3) == "weight.frac");
  CHECK(c.space.space.domains[1].count() == 9);
}

TEST_CASE("a named domain is one parameter for all") {
  const Case c(
      "space: {w: {$choice: [4, 8]}}, steps: [{use: q, each: node, with: {weight: $w, data: [$w, {$float: "
      "[0.5, 2]}]}}]");
  CHECK(c.names() == Texts{"w", "q/fc1/data.1", "q/fc2/data.1"});
  CHECK(c.with({1, 0.75, 1.5}, "fc2") == R"({"weight":8,"data":[8,1.5]})");
}

TEST_CASE("a choice of components is conditional") {
  const Case c(
      "steps: [{use: q, with: {weight: {$choice: [{use: f.int, with: {width: {$int: [2, 8]}}}, {use: f.mini, "
      "with: {e: {$int: [1, 4]}}}, null]}, n: {$int: [1, 2]}}}]");
  CHECK(c.names() == Texts{"q/weight.use", "q/weight.f.int.width", "q/weight.f.mini.e", "q/n"});
  const auto& d = c.space.space.domains;
  CHECK(d[0].labels == Texts{"f.int", "f.mini", "null"});
  CHECK((d[1].parent == 0 && d[1].parent_option == 0 && d[2].parent == 0 && d[2].parent_option == 1 &&
         d[3].parent == -1));
  CHECK(c.space.space.size() == (7 + 4 + 1) * 2);
  CHECK(c.with({0, 5, kInactive, 1}) == R"({"weight":{"use":"f.int","with":{"width":5}},"n":1})");
  CHECK(c.with({1, kInactive, 3, 2}) == R"({"weight":{"use":"f.mini","with":{"e":3}},"n":2})");
  CHECK(c.with({2, kInactive, kInactive, 1}) == R"({"weight":null,"n":1})");
  CHECK(c.space.short_name(1) == "weight.width");
}

TEST_CASE("two options with one component are told apart by label") {
  const Case c(
      "steps: [{use: q, with: {w: {$choice: [{use: f, label: a, with: {n: {$int: [1, 2]}}}, {use: f, label: "
      "b, with: {n: {$int: [3, 4]}}}]}}}]");
  CHECK(c.names() == Texts{"q/w.use", "q/w.a.n", "q/w.b.n"});
  CHECK(c.with({1, kInactive, 4}) == R"({"w":{"use":"f","with":{"n":4}}})");
}

TEST_CASE("a choice may stand for the fields of a component, or for a list") {
  const Case c(
      "steps: [{use: q, with: {w: {use: f, with: {$choice: [{a: 1, b: 2}, {a: 3, b: {$int: [4, 5]}}]}}, l: "
      "{$choice: [[16, 8], [4]]}}}]");
  CHECK(c.names() == Texts{"q/w", R"(q/w.{"a":3,"b":{"$int":{"low":4,"high":5}}}.b)", "q/l"});
  CHECK(c.with({1, 5, 1}) == R"({"w":{"use":"f","with":{"a":3,"b":5}},"l":[4]})");
  CHECK(c.space.space.domains[2].options[0] == Value("[16,8]"));
}

TEST_CASE("params bring domains and bounds in; each use is a parameter of its own") {
  const Case c("steps: [{use: q, with: {weight: $f, data: $f, n: {$int: [1, $top]}, m: {$choice: $list}}}]",
               "{top: 7, list: [3, 9], f: {use: f.int, with: {width: {$choice: [2, 4]}}}}");
  CHECK(c.names() == Texts{"q/weight.width", "q/data.width", "q/n", "q/m"});
  CHECK(c.space.space.domains[2].high == 7);
  CHECK((c.space.space.domains[3].options == std::vector<Value>{3, 9}));  // a Value has no way into a stream
  CHECK(c.with({0, 1, 5, 1}) ==
        R"({"weight":{"use":"f.int","with":{"width":2}},"data":{"use":"f.int","with":{"width":4}},"n":5,"m":9})");
}

TEST_CASE("steps within steps have longer names; a search within keeps its own domains") {
  const Case c(
      "steps: [{sweep: {name: s, over: {a: [1, 2]}, steps: [{use: q, with: {n: {$int: [1, 2]}, m: $a}}]}}, "
      "{search: {sampler: s, trials: 1, score: {a: 1}, steps: [{use: q, with: {n: {$int: [1, 2]}}}]}}, "
      "{use: q, when: {$choice: [true, false]}, name: again}, {model: {use: m, with: {layers: [{$int: [8, "
      "64]}]}}}]");
  CHECK(c.names() == Texts{"s/q/n", "again/when", "m/layers.0"});
}

TEST_CASE("what lies beyond the space is asked outside, or is an error") {
  const Case c("steps: [{use: q, with: {n: {$int: [1, 2]}}}]");
  struct Outer final : Assignment {
    double value(const DomainSpec&, const std::string&) const override { return 2; }
  } outer;
  const Scope inner = scope_of_space(c.control(), &c.scope);
  const Point point{1};
  const Template& with = c.control().steps[0].with;
  const PointAssignment chained(c.space, point, &outer);
  CHECK(resolve(with, inner, &chained, "elsewhere/") == Value(Map{{"n", 2}}));
  const PointAssignment alone(c.space, point);
  CHECK_THROWS_AS(resolve(with, inner, &alone, "elsewhere/"), Error);
}
