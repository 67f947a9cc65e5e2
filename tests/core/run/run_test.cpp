// Runs: order, records, metrics, splits, run folders, --from and --until.
#include <catch2/catch.hpp>

#include "toy.h"

using namespace mase;

TEST_CASE("steps run in order; metrics of named steps carry their name") {
  test::TempDir folder;
  const auto r = toy::run(folder, toy::recipe("  - {use: toy.set, where: {op: odd}, with: {value: 2}}\n"
                                              "  - {use: toy.sum, name: first}\n"
                                              "  - {use: toy.set, where: {op: even}, with: {value: 5}}\n"
                                              "  - use: toy.sum\n"));
  REQUIRE(r.status == 0);
  CHECK(r.metrics().at("first.sum") == Value(4.0));
  CHECK(r.metrics().at("sum") == Value(9.0));
  CHECK(r.metrics().at("samples") == Value(2));  // the test split
  CHECK(r.record.as_map().at("status") == Value("done"));
  CHECK(r.record.as_map().at("steps").as_list().size() == 4);
  CHECK(r.record.as_map().at("steps").as_list()[0].as_map().at("nodes") == Value(2));
  CHECK(r.report(0).at("value") == Value(2.0));
  for (const char* file : {"/model/graph.json", "/first/model/graph.json", "/log.txt", "/recipe.yaml"})
    CHECK(std::filesystem::exists(r.out + file));
}

TEST_CASE("when skips a step, each runs it per node, --set changes a param, a recipe is a step") {
  test::TempDir folder;
  test::write(folder / "inner.yaml",
              "mase: 1\nparams: {v: 1}\nsteps:\n  - {use: toy.set, where: {name: n1}, with: {value: $v}}\n");
  const std::string text =
      "mase: 1\nname: toy\nparams: {flag: false, v: 3}\nmodel: {use: toy.chain}\ndata: {use: toy.counts}\nsteps:\n"
      "  - {use: toy.set, when: $flag, with: {value: 50}}\n"
      "  - {use: toy.set, where: {op: odd}, each: node, with: {value: $v}}\n"
      "  - {use: ./inner.yaml, with: {v: 10}}\n"
      "  - use: toy.sum\n";
  CHECK(toy::run(folder, text).metrics().at("sum") == Value(13.0));
  RunOptions options;
  options.sets = {{"v", "4"}};
  CHECK(toy::run(folder, text, options, "two").metrics().at("sum") == Value(14.0));
}

TEST_CASE("streams hang on seed and step name: the same run is the same, another seed is not") {
  test::TempDir folder;
  const std::string steps =
      "  - {use: toy.shake, where: {op: odd}}\n  - {use: toy.shake, name: again}\n  - use: toy.sum\n";
  const auto a = toy::run(folder, toy::recipe(steps)), b = toy::run(folder, toy::recipe(steps), {}, "b");
  CHECK(a.metrics().at("sum") == b.metrics().at("sum"));
  std::string other = toy::recipe(steps);
  other.replace(other.find("seed: 7"), 7, "seed: 8");
  CHECK_FALSE(toy::run(folder, other, {}, "c").metrics().at("sum") == a.metrics().at("sum"));
}

TEST_CASE("a failed step leaves a record that says so") {
  test::TempDir folder;
  const auto r = toy::run(folder, toy::recipe("  - use: toy.sum\n  - {use: toy.set, with: {value: 99}}\n"));
  CHECK(r.status == 2);
  CHECK(r.record.as_map().at("status") == Value("failed"));
  CHECK(r.record.as_map().at("error").as_string().find("99 is too much") != std::string::npos);
  CHECK(r.metrics().at("sum") == Value(0.0));
}

TEST_CASE("bad input is found before anything is written") {
  test::TempDir folder;
  CHECK(toy::run(folder, toy::recipe("  - {use: toy.set, where: {op: odf}, with: {value: 1}}\n")).status == 2);
  CHECK(toy::run(folder, toy::recipe("  - {use: toy.sum, with: {split: tests}}\n  - use: toy.sam\n")).status == 2);
  CHECK_FALSE(std::filesystem::exists(folder / "out"));
}

TEST_CASE("a folder that is no run is left alone; an earlier run is replaced") {
  test::TempDir folder;
  std::filesystem::create_directories(folder / "out");
  test::write(folder / "out/precious.txt", "mine");
  CHECK(toy::run(folder, toy::recipe("  - use: toy.sum\n")).status == 2);
  CHECK(test::read(folder / "out/precious.txt") == "mine");
  CHECK(toy::run(folder, toy::recipe("  - {use: toy.sum, name: old}\n"), {}, "two").status == 0);
  CHECK(toy::run(folder, toy::recipe("  - use: toy.sam\n"), {}, "two").status == 2);
  CHECK(std::filesystem::exists(folder / "two/old"));  // checked first, replaced only then
  const auto r = toy::run(folder, toy::recipe("  - use: toy.sum\n"), {}, "two");
  CHECK(r.metrics().find("old.sum") == nullptr);
  CHECK_FALSE(std::filesystem::exists(folder / "two/old"));
}

TEST_CASE("--from takes the graph that the previous run had there; --until stops after a step") {
  test::TempDir folder;
  const auto steps = [](int late) {
    return toy::recipe(
        "  - {use: toy.set, where: {name: n1}, with: {value: 2}}\n"
        "  - {use: toy.set, name: late, where: {name: n2}, with: {value: " +
        std::to_string(late) +
        "}}\n"
        "  - use: toy.sum\n");
  };
  RunOptions until, from;
  until.until = "late", from.from = "late";
  CHECK(toy::run(folder, steps(3), until).record.as_map().at("steps").as_list().size() == 2);
  toy::sets = 0;
  const auto r = toy::run(folder, steps(30), from);
  REQUIRE(r.status == 0);
  CHECK(toy::sets == 1);
  CHECK(r.metrics().at("sum") == Value(32.0));
  CHECK(r.record.as_map().at("steps").as_list().size() == 3);

  from.from = "toy.sum";  // a component that only one step has
  CHECK(toy::run(folder, steps(30), from).metrics().at("sum") == Value(32.0));
  CHECK(toy::run(folder, steps(31), from).status == 2);  // step `late` is not what it was
  from.from = "lat";
  CHECK(toy::run(folder, steps(30), from).status == 2);
}

TEST_CASE("a run that was stopped goes on with --resume, but only with the same recipe") {
  test::TempDir folder;
  toy::stops = toy::sets = 0;
  const std::string text = toy::recipe(
      "  - {use: toy.set, where: {name: n1}, with: {value: 2}}\n"
      "  - use: toy.stop\n  - use: toy.shake\n  - use: toy.sum\n");
  const auto stopped = toy::run(folder, text);
  CHECK(stopped.status == 130);
  CHECK(stopped.record.as_map().at("status") == Value("interrupted"));
  RunOptions resume;
  resume.resume = true;
  CHECK(toy::run(folder, text + "  - {use: toy.sum, name: more}\n", resume).status == 2);
  const auto resumed = toy::run(folder, text, resume);
  REQUIRE(resumed.status == 0);
  CHECK(toy::sets == 1);
  const auto whole = toy::run(folder, text, {}, "whole");
  REQUIRE(whole.status == 0);
  CHECK(resumed.metrics().at("sum") == whole.metrics().at("sum"));
}
