// Sweeps: rows, repeats, nesting, tables, and which graph goes on.
#include <catch2/catch.hpp>

#include "run/rows.h"
#include "toy.h"

using namespace mase;

TEST_CASE("every combination of a map, the last variable turning fastest; each row from the graph before") {
  test::TempDir folder;
  const auto r = toy::run(folder, toy::recipe("  - sweep:\n"
                                              "      name: grid\n"
                                              "      over: {a: [1, 2], b: {$int: {low: 10, high: 30, step: 10}}}\n"
                                              "      steps:\n"
                                              "        - {use: toy.set, where: {name: n1}, with: {value: $a}}\n"
                                              "        - {use: toy.set, where: {name: n2}, with: {value: $b}}\n"
                                              "        - {use: toy.sum, name: got}\n"
                                              "  - use: toy.sum\n"));
  REQUIRE(r.status == 0);
  CHECK(toy::column(r.out + "/grid/sweep.csv", "got.sum") ==
        std::vector<std::string>{"11.0", "21.0", "31.0", "12.0", "22.0", "32.0"});
  CHECK(toy::column(r.out + "/grid/sweep.csv", "b") == std::vector<std::string>{"10", "20", "30", "10", "20", "30"});
  CHECK(r.metrics().at("sum") == Value(0.0));  // pick: none
  CHECK(r.report(0).at("rows") == Value(6));
}

TEST_CASE("rows with labels, repeats with seeds of their own, the first row picked") {
  test::TempDir folder;
  const auto r = toy::run(folder, toy::recipe("  - sweep:\n"
                                              "      name: cases\n"
                                              "      repeats: 2\n"
                                              "      over: [{label: small, v: 1}, {label: large, v: 50}]\n"
                                              "      pick: first\n"
                                              "      steps:\n"
                                              "        - {use: toy.set, with: {value: $v}}\n"
                                              "        - {use: toy.shake, where: {name: n1}}\n"
                                              "        - {use: toy.sum, name: got}\n"
                                              "  - use: toy.sum\n"));
  REQUIRE(r.status == 0);
  const auto sums = toy::column(r.out + "/cases/sweep.csv", "got.sum");
  REQUIRE(sums.size() == 4);
  CHECK(toy::column(r.out + "/cases/sweep.csv", "label") ==
        std::vector<std::string>{"small", "small", "large", "large"});
  CHECK(sums[0] != sums[1]);                                         // another seed
  CHECK(std::stod(sums[2]) - std::stod(sums[0]) == Approx(5 * 49));  // the same draw in the same repeat
  CHECK(r.metrics().at("sum").as_double() == Approx(std::stod(sums[0])));
  CHECK(std::filesystem::exists(r.out + "/cases/large_r1/got/model/graph.json"));
}

TEST_CASE("rows are counted and refused") {
  Scope scope;
  CHECK(sweep_rows(Template::from(Map{{"a", List{1, 2}}, {"b", List{1, 2, 3}}}), scope).size() == 6);
  CHECK(sweep_rows(Template::from(List{Map{{"a", 1}}}), scope).size() == 1);
  CHECK(test::message([&] {
          sweep_rows(Template::from(Map{{"a", 1}}), scope);
        }).find("expected a list of values") == 0);
  CHECK(test::message([&] { sweep_rows(Template::from(List{1}), scope); }).find("expected a map") == 0);
  CHECK(test::message([&] { sweep_repeats(Template::from(Value(0)), scope); }).find("at least 1") != std::string::npos);
}

TEST_CASE("a stopped sweep goes on behind its last finished row") {
  test::TempDir folder;
  const std::string text = toy::recipe(
      "  - sweep:\n      name: s\n      over: {v: [1, 2, 3]}\n      pick: first\n"
      "      steps:\n        - use: toy.stop\n        - {use: toy.set, where: {name: n1}, with: {value: $v}}\n"
      "        - {use: toy.sum, name: got}\n  - use: toy.sum\n");
  std::string recipe = text;
  recipe.replace(recipe.find("use: toy.stop"), 13, "{use: toy.stop, with: {at: 2}}");
  toy::stops = toy::sets = 0;
  CHECK(toy::run(folder, recipe).status == 130);
  RunOptions resume;
  resume.resume = true;
  const auto r = toy::run(folder, recipe, resume);
  REQUIRE(r.status == 0);
  CHECK(toy::column(r.out + "/s/sweep.csv", "got.sum") == std::vector<std::string>{"1.0", "2.0", "3.0"});
  CHECK(r.metrics().at("sum") == Value(1.0));
}
