// Values, maps, JSON and chosen components.
#include "mase/value.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

using namespace mase;

TEST_CASE("a value knows its type and refuses another with its place") {
  Value v(3);
  v.loc = {Loc::intern("a.yaml"), 4, 7};
  CHECK(v.as_int() == 3);
  CHECK(v.as_double() == 3.0);
  CHECK_THROWS_WITH(v.as_string(), "a.yaml:4:7: found 3, expected a string");
}

TEST_CASE("maps keep their order and suggest the nearest key") {
  const Map map{{"width", 8}, {"frac_width", 3}, {"rounding", "floor"}};
  CHECK(map.begin()->key == "width");
  CHECK(map.at("rounding").as_string() == "floor");
  CHECK_THROWS_WITH(map.at("frac_with"), "no entry 'frac_with', did you mean 'frac_width'?");
  CHECK(map == Map{{"rounding", "floor"}, {"frac_width", 3}, {"width", 8}});
}

TEST_CASE("maps of every size find what a list of their entries holds") {
  std::mt19937 random(1);
  mase::Map map;
  std::vector<std::pair<std::string, int64_t>> list;  // what the map should be, the slow way
  for (int i = 0; i < 4000; ++i) {
    const std::string key = "k" + std::to_string(random() % 300);
    const auto found = std::find_if(list.begin(), list.end(), [&](const auto& e) { return e.first == key; });
    REQUIRE((map.find(key) != nullptr) == (found != list.end()));
    if (random() % 3 == 0) {
      CHECK(map.erase(key) == (found != list.end()));
      if (found != list.end()) list.erase(found);
    } else {
      map.set(key, i);
      if (found == list.end())
        list.emplace_back(key, i);
      else
        found->second = i;
    }
    if (i % 500 == 0) map = mase::Map(map);
    if (i % 700 == 0) map = mase::Map(std::move(map));
  }
  REQUIRE(map.size() == list.size());
  for (size_t i = 0; i < list.size(); ++i) {
    CHECK(map.begin()[i].key == list[i].first);
    CHECK(map.at(list[i].first) == list[i].second);
  }
}

TEST_CASE("JSON survives a round trip and keeps integers and reals apart") {
  const std::string text = R"({"a":1,"b":1.0,"c":[true,null,"x\n\u00e9"],"d":{"e":0.1,"f":-9223372036854775808}})";
  const Value v = Value::parse_json(text, "t.json");
  CHECK(v.as_map().at("a").is_int());
  CHECK_FALSE(v.as_map().at("b").is_int());
  CHECK(Value::parse_json(v.json(), "t.json") == v);
  CHECK(Value::parse_json(v.json(2), "t.json") == v);
  CHECK(Value(0.1).json() == "0.1");
  CHECK(Value(std::nan("")).json() == "\"nan\"");
}

TEST_CASE("broken JSON is refused with file and byte") {
  CHECK_THROWS_AS(Value::parse_json("{\"a\":", "t.json"), Error);
  CHECK_THROWS_WITH(Value::parse_json("{\"a\":1,\"a\":2}", "t.json"), Catch::Contains("duplicate key 'a'"));
  CHECK_THROWS_WITH(Value::parse_json(std::string(100000, '['), "t.json"), Catch::Contains("nested deeper"));
}

TEST_CASE("invalid UTF-8 is written, not thrown") { CHECK_NOTHROW(Value("a\xff").json()); }

TEST_CASE("a chosen component is read in both spellings") {
  CHECK(Chosen::from(Value("quant.integer")).short_name() == "integer");
  const Chosen c("quant.integer", {{"width", 8}});
  CHECK(Chosen::from(c.value()) == c);
  CHECK(c.key() == Chosen("quant.integer", {{"width", 8}}).key());
  CHECK_FALSE(Chosen::from(Value()));
  CHECK_THROWS_WITH(Chosen::from(Value(Map{{"use", "a.b"}, {"wth", 1}})), Catch::Contains("did you mean 'with'"));
}
