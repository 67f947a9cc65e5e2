// Schemas: one declaration for parsing, limits, dumping and description.
#include "mase/schema.h"

#include <catch2/catch.hpp>

using namespace mase;

namespace {
enum class Mode { up, down };
}
template <>
struct mase::EnumNames<Mode> {
  static const std::vector<std::string>& names() {
    static const std::vector<std::string> n{"up", "down"};
    return n;
  }
};
namespace {
struct Layer {
  std::string op;
  std::vector<Layer> body;
  static void schema(Schema<Layer>& s) {
    s.field("op", &Layer::op, "operator").required();
    s.field("body", &Layer::body, "inner layers");
  }
};
struct Config {
  int width = 8;
  double rate = 0.5;
  Mode mode = Mode::up;
  std::vector<int> sizes{1, 2};
  std::optional<int> limit;
  std::vector<Layer> layers;
  static void schema(Schema<Config>& s) {
    s.field("width", &Config::width, "total bits").range(1, 64);
    s.field("rate", &Config::rate, "rate").min(0);
    s.field("mode", &Config::mode, "direction");
    s.field("sizes", &Config::sizes, "sizes").range(1, 9);
    s.field("limit", &Config::limit, "limit");
    s.field("layers", &Config::layers, "layers");
  }
  void check(const Value& v) const {
    if (width == 13) throw Error("13 is unlucky", v.loc);
  }
};
std::vector<std::string> messages(const Map& map) {
  Config c;
  std::vector<std::string> out;
  for (const Error& e : parse(c, map, "test.config")) out.push_back(e.what());
  return out;
}
}  // namespace

TEST_CASE("defaults come from the member initialisers and dump round-trips") {
  Config c;
  CHECK(parse(c, Value(), "x").empty());
  CHECK(dump(c).at("width").as_int() == 8);
  Config d;
  CHECK(parse(d, dump(c), "x").empty());
  CHECK(fields_of<Config>().find("mode")->default_value.as_string() == "up");
}

TEST_CASE("every problem of a map is reported") {
  const auto found = messages({{"widht", 4}, {"rate", -1}, {"mode", "upp"}, {"sizes", std::vector<int>{1, 12}}});
  REQUIRE(found.size() == 4);
  CHECK(found[0] == "unknown key 'widht' in test.config, did you mean 'width'?");
  CHECK(found[1] == "'rate' is -1, expected a number of at least 0");
  CHECK(found[2] == "'mode' is 'upp', expected one of up, down, did you mean 'up'?");
  CHECK(found[3] == "'sizes' is 12, expected an integer in [1, 9]");
}

TEST_CASE("limits, wrong types and a config's own check") {
  CHECK(messages({{"width", 128}}).at(0) == "'width' is 128, expected an integer in [1, 64]");
  CHECK(messages({{"width", "8"}}).at(0) == "'width' is '8', expected an integer");
  CHECK(messages({{"width", true}}).size() == 1);
  CHECK(messages({{"width", 13}}).at(0) == "13 is unlucky");
  CHECK(messages({{"rate", 1}}).empty());
  CHECK(messages({{"limit", Value()}}).empty());
}

TEST_CASE("records nest and recurse") {
  Config c;
  const Value inner(Map{{"op", "relu"}});
  const Value outer(Map{{"op", "block"}, {"body", List{inner, Value(Map{{"opp", 1}})}}});
  const Problems problems = parse(c, Map{{"layers", List{outer}}}, "x");
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].message() == "unknown key 'opp', did you mean 'op'?");
  CHECK(problems[1].message() == "missing 'op': operator");
}
