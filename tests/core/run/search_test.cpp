// Searches: proposals, refusals, failures, goals, best.yaml, resuming.
#include <catch2/catch.hpp>

#include <set>

#include "toy.h"

using namespace mase;

namespace {

// Three nodes, each with a value in [lo, hi]; the sum is the score.
std::string search(const std::string& options, const std::string& with = "{value: {$int: [1, 4]}}",
                   const std::string& before = "") {
  return toy::recipe(before + "  - search:\n      name: s\n" + options +
                     "      steps:\n        - {use: toy.set, where: {regex: 'n.*'}, each: node, with: " + with +
                     "}\n"
                     "      evaluate: [toy.sum]\n  - {use: toy.sum, name: after}\n");
}
const std::string kCount = "      sampler: {use: toy.count}\n      score: {sum: 1.0}\n";
const std::string kDice = "      sampler: {use: toy.dice}\n      score: {sum: 1.0}\n";

}  // namespace

TEST_CASE("every point once, the best graph goes on, validation inside and test outside") {
  test::TempDir folder;
  const auto r = toy::run(folder, search(kCount));
  REQUIRE(r.status == 0);
  CHECK(r.metrics().at("s.trials") == Value(64));
  CHECK(r.metrics().at("s.best_value") == Value(12.0));
  CHECK(r.metrics().at("s.best_trial") == Value(63));
  CHECK(r.metrics().at("after.sum") == Value(12.0));
  CHECK(r.metrics().at("after.samples") == Value(2));
  CHECK(r.report(0).at("best_metrics").as_map().at("samples") == Value(3));
  CHECK(r.report(0).at("best_params").as_map().at("toy.set/n2/value") == Value(4));
  CHECK(toy::column(r.out + "/s/trials.csv", "score").size() == 64);
}

TEST_CASE("a finite space has no duplicates and ends when it is exhausted") {
  test::TempDir folder;
  const auto r = toy::run(folder, search(kDice + "      trials: 1000\n", "{value: {$int: [1, 3]}}"));
  REQUIRE(r.status == 0);
  CHECK(r.metrics().at("s.trials") == Value(27));
  const std::string csv = r.out + "/s/trials.csv";
  std::set<std::string> points;
  for (size_t i = 0; i < 27; ++i)
    points.insert(toy::column(csv, "toy.set/n1/value")[i] + toy::column(csv, "toy.set/n2/value")[i] +
                  toy::column(csv, "toy.set/n3/value")[i]);
  CHECK(points.size() == 27);
}

TEST_CASE("points that require or a component's check refuses are no trials") {
  test::TempDir folder;
  const std::string two = "{value: {$int: [1, 3]}, half: {$int: [1, 3]}}";
  toy::sets = 0;
  auto r = toy::run(folder, search(kCount, two));
  CHECK(r.metrics().at("s.trials") == Value(6 * 6 * 6));  // half <= value at each node
  CHECK(toy::sets == 3 * 216);
  r = toy::run(folder, search(kCount + "      require: ['half + 1 <= value']\n", two), {}, "b");
  CHECK(r.metrics().at("s.trials") == Value(3 * 3 * 3));
  r = toy::run(folder, search(kDice + "      trials: 5\n      require: ['half > value', 'value < 1']\n", two), {}, "c");
  CHECK(r.status == 1);  // no point at all
  CHECK(r.record.as_map().at("error").as_string().find("no point of its space is accepted") != std::string::npos);
}

TEST_CASE("a failing trial is recorded; five in a row with one reason stop the search") {
  test::TempDir folder;
  const auto r = toy::run(folder, search(kCount, "{value: {$choice: [99, 1]}}"));
  CHECK(r.status == 1);  // the last node holds 99 in the first four points, the first two in the fifth
  const auto states = toy::column(r.out + "/s/trials.csv", "state");
  CHECK(std::count(states.begin(), states.end(), "failed") == 5);
}

TEST_CASE("objectives keep a front; constraints decide what is feasible; relative_to divides") {
  test::TempDir folder;
  const std::string front = "      sampler: {use: toy.count}\n      objectives: {sum: maximize, nodes: minimize}\n";
  auto r = toy::run(folder, search(front, "{value: {$int: [1, 2]}}"));
  REQUIRE(r.status == 0);
  CHECK(r.report(0).at("front") == Value(List{7}));
  CHECK(r.metrics().find("s.best_value") == nullptr);
  CHECK(r.metrics().at("after.sum") == Value(0.0));  // pick: none

  r = toy::run(folder, search(kCount + "      constraints: ['sum <= 7']\n"), {}, "b");
  CHECK(r.metrics().at("after.sum") == Value(7.0));
  CHECK(r.report(0).at("best_trials").as_list().size() > 1);  // ties as a set

  r = toy::run(folder,
               search(kCount + "      relative_to: start\n", "{value: {$int: [1, 4]}}",
                      "  - {use: toy.set, where: {name: n1}, with: {value: 2}}\n"),
               {}, "c");
  CHECK(r.metrics().at("s.best_value") == Value(6.0));
}

TEST_CASE("a named domain is one parameter for all nodes; a choice of maps brings its own fields") {
  test::TempDir folder;
  const auto r = toy::run(folder, search(kCount + "      space: {w: {$choice: [2, 3]}}\n", "{value: $w}"));
  CHECK(r.metrics().at("s.trials") == Value(2));
  CHECK(r.metrics().at("after.sum") == Value(9.0));
  CHECK(r.report(0).at("best_params") == Value(Map{{"w", 3}}));
}

TEST_CASE("best.yaml is a plain recipe that gives the same graph, random draws included") {
  test::TempDir folder;
  std::string text = toy::recipe(
      "  - {use: toy.shake, where: {name: n1}}\n  - {use: toy.sum, name: before}\n"
      "  - search:\n      name: s\n      sampler: {use: toy.dice}\n      trials: 12\n      score: {sum: 1.0}\n"
      "      steps:\n        - {use: toy.set, where: {regex: 'n[23]'}, each: node, with: {value: {$float: [0, 9]}}}\n"
      "        - {use: toy.shake, where: {op: odd}, each: node}\n"
      "      evaluate: [toy.sum]\n");
  const auto r = toy::run(folder, text);
  REQUIRE(r.status == 0);
  const std::string best = test::read(r.out + "/s/best.yaml");
  CHECK(best.find('$') == std::string::npos);
  CHECK(best.find("before") == std::string::npos);  // what leaves the graph as it is need not be repeated
  const auto again = toy::run(folder, best, {}, "again");
  REQUIRE(again.status == 0);
  CHECK(again.metrics().at("sum") == r.metrics().at("s.best_value"));
  CHECK(again.metrics().at("samples") == Value(3));  // on validation, as in the search
}

TEST_CASE("best.yaml tells steps of several levels apart, and leaves those of the trial their metrics") {
  test::TempDir folder;
  const auto r =
      toy::run(folder, toy::recipe("  - {use: toy.grow}\n  - {use: toy.grow, name: more}\n"
                                   "  - search:\n      name: s\n      sampler: {use: toy.dice}\n"
                                   "      trials: 5\n      score: {sum: 1.0, grown: 1.0}\n      steps:\n"
                                   "        - {use: toy.set, where: {name: n1}, with: {value: {$int: [0, 9]}}}\n"
                                   "        - {use: toy.grow, where: {name: n1}}\n"
                                   "      evaluate: [toy.sum]\n"));
  REQUIRE(r.status == 0);
  const auto again = toy::run(folder, test::read(r.out + "/s/best.yaml"), {}, "again");
  REQUIRE(again.status == 0);
  CHECK(again.metrics().at("grown") == Value(1));
  CHECK(again.metrics().find("grow.grown"));
  CHECK(again.metrics().find("more.grown"));
  CHECK(again.metrics().at("sum").as_double() + 1 == r.metrics().at("s.best_value").as_double());
}

TEST_CASE("a search that was stopped, and whose log was cut, ends as if nothing had happened") {
  test::TempDir folder;
  const std::string text = toy::recipe(
      "  - search:\n      name: s\n      sampler: {use: toy.dice}\n      trials: 30\n      score: {sum: 1.0}\n"
      "      steps:\n        - {use: toy.set, where: {regex: 'n.*'}, each: node, with: {value: {$int: [1, 9]}}}\n"
      "        - {use: toy.stop, with: {at: 11}}\n"
      "      evaluate: [toy.sum]\n  - {use: toy.sum, name: after}\n");
  toy::stops = 0;
  REQUIRE(toy::run(folder, text).status == 130);
  const std::string log = folder / "out/s/trials.log";
  const std::string lines = test::read(log);
  test::write(log, lines.substr(0, lines.size() - 7));
  RunOptions resume;
  resume.resume = true;
  const auto resumed = toy::run(folder, text, resume);
  REQUIRE(resumed.status == 0);
  const auto whole = toy::run(folder, text, {}, "whole");
  for (const char* name : {"trial", "toy.set/n1/value", "toy.set/n3/value", "score", "best"})
    CHECK(toy::column(resumed.out + "/s/trials.csv", name) == toy::column(whole.out + "/s/trials.csv", name));
  for (const char* name : {"s.best_value", "s.best_trial", "after.sum"})
    CHECK(resumed.metrics().at(name) == whole.metrics().at(name));
  CHECK(test::read(resumed.out + "/s/best.yaml") == test::read(whole.out + "/s/best.yaml"));
}

TEST_CASE("the test split stays closed inside a search, unless it is opened") {
  test::TempDir folder;
  std::string text = search(kCount);
  text.replace(text.find("[toy.sum]"), 9, "[{use: toy.sum, with: {split: test}}]");
  CHECK(toy::run(folder, text).status != 0);
  text.insert(text.find("      sampler"), "      allow_test_in_search: true\n");
  CHECK(toy::run(folder, text, {}, "b").status == 0);
}

TEST_CASE("a sweep around a search, and a search in a search's sweep") {
  test::TempDir folder;
  const auto r = toy::run(
      folder,
      toy::recipe(
          "  - sweep:\n      name: samplers\n      over: {sampler: [toy.count, toy.dice]}\n      steps:\n"
          "        - search:\n            name: inner\n            sampler: {use: $sampler}\n            trials: 4\n   "
          "         score: {sum: 1.0}\n"
          "            steps:\n              - {use: toy.set, where: {name: n1}, with: {value: {$int: [1, 9]}}}\n"
          "            evaluate: [toy.sum]\n"));
  REQUIRE(r.status == 0);
  CHECK(toy::column(r.out + "/samplers/sweep.csv", "sampler") == std::vector<std::string>{"toy.count", "toy.dice"});
  CHECK(toy::column(r.out + "/samplers/sweep.csv", "inner.trials") == std::vector<std::string>{"4", "4"});
  CHECK(toy::column(r.out + "/samplers/000/inner/trials.csv", "score") ==
        std::vector<std::string>{"1.0", "2.0", "3.0", "4.0"});
}
