// Comparisons: precedence, names of steps, how far from holding, and what is no comparison.
#include "recipe/expression.h"

#include <catch2/catch.hpp>
#include <map>

using namespace mase;

namespace {

double violation(const std::string& text, const std::map<std::string, double>& values = {}) {
  const auto v = Expression::parse(text, {}).violation([&](const std::string& name) -> std::optional<double> {
    const auto it = values.find(name);
    return it == values.end() ? std::nullopt : std::optional(it->second);
  });
  REQUIRE(v);
  return *v;
}

std::string refusal(const std::string& text) {
  try {
    Expression::parse(text, {});
  } catch (const Error& e) {
    return e.message();
  }
  return "";
}

}  // namespace

TEST_CASE("arithmetic binds as in school") {
  CHECK(violation("1 + 2 * 3 <= 0") == 7);
  CHECK(violation("(1 + 2) * 3 <= 0") == 9);
  CHECK(violation("8 - 3 - 2 <= 0") == 3);
  CHECK(violation("8 / 4 / 2 <= 0") == 1);
  CHECK(violation("-2 * -3 <= 1e0") == 5);
  CHECK(violation("8-3 <= 0") == 5);
}

TEST_CASE("each comparison says by how much it fails") {
  CHECK(violation("3 <= 5") == -2);
  CHECK(violation("5 >= 3") == -2);
  CHECK(violation("5 <= 3") == 2);
  CHECK(violation("3 == 5") == 2);
  CHECK(violation("3 == 3") == 0);
  CHECK(violation("3 < 3") > 0);
  CHECK(violation("3 > 3") > 0);
  CHECK(violation("3 <= 3") <= 0);
  CHECK(violation("3 != 3") > 0);
  CHECK(violation("3 != 4") <= 0);
  CHECK(violation("0 / 0 <= 1") > 0);  // what is no number satisfies nothing
}

TEST_CASE("names may have dots, dashes and digits; one without a value leaves the rest open") {
  CHECK(violation("weight.frac_width <= weight.width", {{"weight.frac_width", 3}, {"weight.width", 8}}) == -5);
  CHECK(violation("qat-8bit.accuracy > 0.5", {{"qat-8bit.accuracy", 0.75}}) == -0.25);
  CHECK(violation("8bit.accuracy > 0.5", {{"8bit.accuracy", 0.25}}) == 0.25);
  CHECK(violation("a - b <= 0", {{"a", 3}, {"b", 1}}) == 2);
  CHECK(Expression::parse("a + b < a", {}).names() == std::vector<std::string>{"a", "b"});
  CHECK(!Expression::parse("a < 1", {}).violation([](const std::string&) { return std::nullopt; }));
}

TEST_CASE("what is no comparison is refused") {
  CHECK(refusal("lut <== 3") == "in 'lut <== 3': found '= 3', expected a name or a number");
  CHECK(refusal("lut") == "in 'lut': found the end, expected a comparison");
  CHECK(refusal("a < b < c") == "in 'a < b < c': found '< c', expected the end");
  CHECK(refusal("(a < b") == "in '(a < b': found '< b', expected ')'");
  CHECK(refusal("a = 3") == "in 'a = 3': found '= 3', expected a comparison");
  CHECK(refusal("") == "in '': found the end, expected a name or a number");
  CHECK(refusal("a <= $b") == "in 'a <= $b': found '$b', expected a name or a number");
  CHECK(refusal(std::string(10000, '(')).find("expected less nesting") != std::string::npos);
}

TEST_CASE("a number is found without naming `with` and component") {
  const Value with = Value::parse_json(
      R"({"weight": {"use": "f.int", "with": {"width": 8, "inner": {"use": "g", "with": {"n": 2}}}}, "epochs": 3, "s": "x"})",
      "t");
  CHECK(number_at(with, "weight.width") == 8.0);
  CHECK(number_at(with, "weight.inner.n") == 2.0);
  CHECK(number_at(with, "epochs") == 3.0);
  CHECK(!number_at(with, "s"));
  CHECK(!number_at(with, "bias.width"));
  CHECK(!number_at(with, "weight.width.more"));
}
