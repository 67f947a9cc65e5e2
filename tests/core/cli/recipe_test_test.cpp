// Recipe tests: what their comment lines mean.
#include "cli/recipe_test.h"

#include <catch2/catch.hpp>

#include "mase/error.h"
#include "support/scratch.h"

using Catch::Matchers::Contains;
using mase::cli::command_arguments;
using mase::cli::read_recipe_test;
using Words = std::vector<std::string>;

TEST_CASE("a test's lines are read, other comments are not") {
  const test::Scratch folder;
  const auto t = read_recipe_test(
      folder.write("a.yaml",
                   "# Note: a comment.\n# RUN: run --set 'a=b c'\n# EXPECT:  two words \n"
                   "# EXPECT-NOT: traceback\n# NEEDS: sh\n# CI: --set epochs=1\n# EXPECT-STATUS: 1\nmase: 1\n"));
  CHECK(t.commands == std::vector<Words>{{"run", "--set", "a=b c"}});
  CHECK(t.expected == Words{"two words"});
  CHECK(t.unexpected == Words{"traceback"});
  CHECK(t.ci == Words{"--set", "epochs=1"});
  CHECK(t.status == 1);
  CHECK(mase::cli::missing_need(t).empty());
}

TEST_CASE("an expected error means exit status 2, and check is the command when none is given") {
  const test::Scratch folder;
  const auto t = read_recipe_test(folder.write("a.yaml", "# EXPECT-ERROR: unknown key\n"));
  CHECK(t.status == 2);
  CHECK(t.commands == std::vector<Words>{{"check"}});
  CHECK(read_recipe_test(folder.write("b.yaml", "# EXPECT-STATUS: 1\n# EXPECT-ERROR: x\n")).status == 1);
}

TEST_CASE("a test that expects nothing, or says something odd, is an error with its line") {
  const test::Scratch folder;
  const auto read = [&](const std::string& text) { return read_recipe_test(folder.write("a.yaml", text)); };
  CHECK_THROWS_WITH(read("# RUN: check\nmase: 1\n"), Contains("expects nothing"));
  CHECK_THROWS_WITH(read("# EXPECT: x\n# EXPECT-EROR: y\n"),
                    Contains(":2:1: unknown test line '# EXPECT-EROR:', did you mean 'EXPECT-ERROR'?"));
  CHECK_THROWS_WITH(read("# EXPECT-STATUS: ok\n"), Contains("'ok', expected a number"));
  CHECK_THROWS_WITH(read("# EXPECT:\n"), Contains("says nothing"));
}

TEST_CASE("commands get the file, a fresh folder and the options for CI") {
  mase::cli::RecipeTest t{"r.yaml", {}, {}, {}, {}, {"--set", "n=1"}, 0};
  CHECK(command_arguments(t, {"check"}, "out") == Words{"check", "r.yaml", "--set", "n=1"});
  CHECK(command_arguments(t, {"run", "--resume"}, "out") ==
        Words{"run", "r.yaml", "--resume", "--set", "n=1", "--out", "out"});
  CHECK(command_arguments(t, {"run", "%s", "--out", "%o/a"}, "out") ==
        Words{"run", "r.yaml", "--out", "out/a", "--set", "n=1"});
  CHECK(command_arguments(t, {"describe", "a.b"}, "out") == Words{"describe", "a.b"});
  CHECK(command_arguments(t, {"compare", "%o", "%o"}, "out") == Words{"compare", "out", "out"});
}

TEST_CASE("a need is a file beside the recipe or a program") {
  const test::Scratch folder;
  folder.write("data/x.csv", "1");
  mase::cli::RecipeTest t{folder.file("r.yaml"), {}, {}, {}, {"data/x.csv", "sh"}, {}, 0};
  CHECK(mase::cli::missing_need(t).empty());
  t.needs = {"data/y.csv"};
  CHECK(mase::cli::missing_need(t) == "data/y.csv");
  t.needs = {"no-such-program"};
  CHECK(mase::cli::missing_need(t) == "no-such-program");
}
