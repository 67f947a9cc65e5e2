// References, text and scopes: who sees what, and where a value says it came from.
#include <catch2/catch.hpp>
#include <cstdlib>

#include "fake.h"
#include "recipe/scope.h"

using namespace mase;

namespace {

Recipe recipe_of(const std::string& params, const std::string& with,
                 const std::vector<std::pair<std::string, std::string>>& sets = {}) {
  return parse_recipe("mase: 1\nparams: " + params + "\nsteps:\n  - use: fake.train\n    with: " + with + "\n",
                      "r.yaml", sets);
}

Value resolved(const std::string& params, const std::string& with,
               const std::vector<std::pair<std::string, std::string>>& sets = {}) {
  const Recipe recipe = recipe_of(params, with, sets);
  const Scope scope = scope_of(recipe);
  return resolve(recipe.steps[0].with, scope);
}

std::string refusal(const std::string& params, const std::string& with) {
  try {
    resolved(params, with);
  } catch (const Error& e) {
    return e.what();
  } catch (const RecipeErrors& e) {
    return e.problems.front().what();
  }
  return "";
}

}  // namespace

TEST_CASE("a reference has the type and the place of its value") {
  const Value v = resolved("{n: 3, list: [1, x], s: \"3\"}", "{a: $n, b: $list, c: $s, d: [$n]}");
  CHECK(v.as_map().at("a") == Value(3));
  CHECK(v.as_map().at("a").loc.line == 2);
  CHECK(v.as_map().at("b") == Value(List{1, "x"}));
  CHECK(v.as_map().at("c") == Value("3"));
  CHECK(v.as_map().at("d") == Value(List{3}));
}

TEST_CASE("text takes references in, dollars can be written") {
  ::setenv("MASE_TEST_WORD", "w", 1);
  const Value v =
      resolved("{n: 3, f: 0.5, s: a}",
               "{a: \"x${n}y${s}\", b: \"${f}\", c: $$n, d: \"a$${n}\", e: \"${env:MASE_TEST_WORD}/d\", f: a$b}");
  CHECK(v.as_map().at("a") == Value("x3ya"));
  CHECK(v.as_map().at("b") == Value("0.5"));
  CHECK(v.as_map().at("c") == Value("$n"));
  CHECK(v.as_map().at("d") == Value("a${n}"));
  CHECK(v.as_map().at("e") == Value("w/d"));
  CHECK(v.as_map().at("f") == Value("a$b"));
}

TEST_CASE("a param sees those before it, so nothing refers to itself") {
  CHECK(resolved("{a: 1, b: $a, c: [$b]}", "{x: $c}").as_map().at("x") == Value(List{1}));
  CHECK(
      refusal("{a: $b, b: 1}", "{x: $a}") ==
      "r.yaml:2:13: unknown name '$b' here: it is given after this (a param sees those before it: change their order)");
  CHECK(refusal("{a: $a}", "{x: $a}").find("'a' refers to itself (give it a value)") != std::string::npos);
}

TEST_CASE("unknown names and bad references say where") {
  CHECK(refusal("{epochs: 1}", "{x: $epoch}") == "r.yaml:5:15: unknown name '$epoch', did you mean 'epochs'?");
  CHECK(refusal("{epochs: 1}", "{x: $zzz}") == "r.yaml:5:15: unknown name '$zzz' (names here are: epochs)");
  CHECK(refusal("{a: 1}", "{x: $a.b}").find("5:15: '$a.b' is no reference") != std::string::npos);
  CHECK(refusal("{a: 1}", "{x: \"${a\"}").find("5:15: a '${' without its '}'") != std::string::npos);
  CHECK(refusal("{a: 1}", "{x: \"${a b}\"}").find("'${a b}' is no reference") != std::string::npos);
  CHECK(refusal("{a: [1]}", "{x: \"${a}\"}").find("'a' is a list, it cannot stand inside text") != std::string::npos);
  CHECK(refusal("{a: 1}", "{x: \"${env:MASE_NO_SUCH}\"}").find("the environment variable 'MASE_NO_SUCH' is not set") !=
        std::string::npos);
}

TEST_CASE("--set replaces a param by a YAML value") {
  CHECK(resolved("{n: 3}", "{a: $n}", {{"n", "0x10"}}).as_map().at("a") == Value(16));
  CHECK(resolved("{n: 3}", "{a: $n}", {{"n", "[1, {b: \"2\"}]"}}).as_map().at("a") == Value(List{1, Map{{"b", "2"}}}));
  CHECK(resolved("{n: 3}", "{a: $n}", {{"n", "null"}}).as_map().at("a").is_null());
  CHECK(resolved("{m: 2, n: 3}", "{a: $n}", {{"n", "$m"}}).as_map().at("a") == Value(2));
  CHECK(resolved("{n: 3}", "{a: $n}", {{"n", "4"}}).as_map().at("a").loc.str() == "--set n=4:1:1");
  Problems found;
  parse_recipe("mase: 1\nparams: {epochs: 1}\nsteps: [{use: fake.bits}]\n", "r.yaml",
               {{"epoch", "1"}, {"epochs", "[1"}}, found);
  REQUIRE(found.size() == 2);
  CHECK(std::string(found[0].what()) ==
        "--set epoch=1:1:1: no param 'epoch', did you mean 'epochs'? (params are: epochs)");
  CHECK(found[1].loc().str().rfind("--set epochs=[1:1:", 0) == 0);
}

TEST_CASE("a domain needs somebody who chose") {
  CHECK(refusal("{}", "{x: {$int: [1, 2]}}") ==
        "r.yaml:5:15: a domain can stand only inside a search (or, if it is discrete, under a sweep's 'over')");
}

TEST_CASE("bound names look outside, a recipe's params are closed") {
  Scope outer, inner;
  outer.names = {{"a", {}, Template::from(1)}, {"b", {}, Template::from(2)}};
  Template to_a;
  to_a.kind = Template::Kind::reference, to_a.name = "a";
  inner.outer = &outer, inner.bound = 1, inner.closed = true;
  inner.names = {{"a", {}, to_a}, {"c", {}, to_a}};
  Template to_c = to_a;
  to_c.name = "c";
  CHECK(resolve(to_a, inner) == Value(1));
  CHECK(resolve(to_c, inner) == Value(1));
  CHECK(inner.find("b") == nullptr);
  inner.closed = false;
  CHECK(inner.find("b") != nullptr);
}

TEST_CASE("templates are written as the recipe has them") {
  const Recipe recipe = recipe_of("{n: 3}",
                                  "{a: $n, b: \"x${n}\", c: $$d, e: {$choice: [1, $n, {use: f, label: g}]}, "
                                  "h: {$float: {low: 0.1, high: 1, log: true}}}");
  CHECK(
      as_written(recipe.steps[0].with).json() ==
      R"({"a":"$n","b":"x${n}","c":"$$d","e":{"$choice":[1,"$n",{"use":"f"}]},"h":{"$float":{"low":0.1,"high":1,"log":true}}})");
}

TEST_CASE("resolving has an end too") {
  std::string doubled = "{p0: [1]", deep = "{p0: 1", text = "{p0: " + std::string(1000, 'x');
  for (int i = 1; i < 200; ++i) {
    const std::string before = "p" + std::to_string(i - 1), name = ", p" + std::to_string(i) + ": ";
    doubled += i < 60 ? name + "[$" + before + ", $" + before + "]" : "";
    text += i < 60 ? name + "\"${" + before + "}${" + before + "}\"" : "";
    deep += name + "$" + before;
  }
  CHECK(refusal(doubled + "}", "{x: $p59}").find("this stands for more than 200000 values") != std::string::npos);
  CHECK(refusal(deep + "}", "{x: $p199}").find("leads through more than 100 names") != std::string::npos);
  CHECK(refusal(text + "}", "{x: $p12}").find("this text has more than 1048576 bytes") != std::string::npos);
}
