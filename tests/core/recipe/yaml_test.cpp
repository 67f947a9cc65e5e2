// The strict reader: what YAML 1.2 says values are, where they stand, and what is refused.
#include "recipe/yaml.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace mase;

namespace {

std::vector<std::string> problems(const std::string& text) {
  Problems found;
  read_yaml(text, "f", found);
  std::vector<std::string> texts;
  for (const Error& e : found) texts.push_back(e.loc().str().substr(2) + " " + e.message());
  return texts;
}

Value value(const std::string& text) {
  Problems found;
  const auto v = read_yaml("v: " + text, "f", found);
  REQUIRE(found.empty());
  return v->as_map().at("v");
}

std::string place(const Value& v) { return std::to_string(v.loc.line) + ":" + std::to_string(v.loc.column); }

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("plain scalars follow the core schema of YAML 1.2") {
  for (const char* word : {"yes", "no", "on", "off", "Yes", "y", "nULL", "0b1", "1_000", "-0x10", "0O17", "1e", "+",
                           ".", "e3", "12:30", "1.2.3"}) {
    INFO(word);
    CHECK(value(word) == Value(word));
  }
  CHECK(value("true") == Value(true));
  CHECK(value("FALSE") == Value(false));
  CHECK(value("~").is_null());
  CHECK(value("Null").is_null());
  CHECK(value("").is_null());
  CHECK(value("0o17") == Value(15));
  CHECK(value("0x1F") == Value(31));
  CHECK(value("017") == Value(17));
  CHECK(value("+5") == Value(5));
  CHECK(value("-9223372036854775808") == Value(INT64_MIN));
  CHECK(value("1e3") == Value(1000.0));
  CHECK(value("1.") == Value(1.0));
  CHECK(value("-.5") == Value(-0.5));
  CHECK(value("-.Inf").as_double() == -INFINITY);
  CHECK(std::isnan(value(".NaN").as_double()));
}

TEST_CASE("a quoted scalar is a string") {
  CHECK(value("\"1\"") == Value("1"));
  CHECK(value("'null'") == Value("null"));
  CHECK(value("'it''s'") == Value("it's"));
  CHECK(value("\"a\\tb\\u00e9\"") == Value("a\tb\xC3\xA9"));
  CHECK(value("\"\"") == Value(""));
  CHECK(value("|\n  1\n  2\n") == Value("1\n2\n"));
}

TEST_CASE("numbers that do not fit are refused") {
  CHECK(problems("a: 9223372036854775808") == Texts{"1:4 the number 9223372036854775808 does not fit"});
  CHECK(problems("a: [0x1ffffffffffffffff]") == Texts{"1:5 the number 0x1ffffffffffffffff does not fit"});
  CHECK(problems("a: 1e999") == Texts{"1:4 the number 1e999 does not fit"});
}

TEST_CASE("places are exact, and count characters") {
  Problems found;
  const auto v = read_yaml("\xC3\xA9: \xC3\xBC\nb: [\xE2\x82\xAC, x]\n", "f", found);
  REQUIRE(v);
  const Map& map = v->as_map();
  CHECK(map.begin()->key_loc.column == 1);
  CHECK(place(map.begin()->value) == "1:4");
  CHECK(place(map.at("b").as_list()[1]) == "2:8");
}

TEST_CASE("an empty value stands at its key, an empty entry at its dash") {
  Problems found;
  const auto v = read_yaml("a:\n# c\nb: ~\nc: [ , null]\nd:\n  -  # first\n\n  - 2\n  -\ne:\n", "f", found);
  REQUIRE(v);
  const Map& map = v->as_map();
  CHECK(place(map.at("a")) == "1:1");
  CHECK(place(map.at("b")) == "3:4");
  CHECK(place(map.at("c").as_list()[1]) == "4:8");
  CHECK(place(map.at("d").as_list()[0]) == "6:3");
  CHECK(place(map.at("d").as_list()[2]) == "9:3");
  CHECK(place(map.at("e")) == "10:1");
}

TEST_CASE("an alias has its own place, what is in it keeps its") {
  Problems found;
  const auto v = read_yaml("a: &x [1, 2]\nb:\n  *x\n", "f", found);
  REQUIRE(v);
  const Value& b = v->as_map().at("b");
  CHECK(b == Value(List{1, 2}));
  CHECK(place(b) == "3:3");
  CHECK(place(b.as_list()[1]) == "1:11");
}

TEST_CASE("keys: once, plain words, no merging") {
  CHECK(problems("a: 1\nb: 2\na: 3\n") == Texts{"3:1 the key 'a' is already given in line 1"});
  CHECK(problems("{a: 1, \"a\": 2}") == Texts{"1:8 the key 'a' is already given in line 1"});
  CHECK(problems("a: &x {b: 1}\nc:\n  <<: *x\n") == Texts{"3:3 '<<' is no merge key in YAML 1.2"});
  CHECK(problems("? [a]\n: 1\nb: 2") == Texts{"1:3 a list as a key; keys are words"});
  CHECK(problems("a:\nnull: 1") == Texts{"2:1 null as a key; keys are words"});
  CHECK(problems(": 1") == Texts{"1:1 nothing as a key; keys are words"});
  CHECK(problems("a: &x 1\n*x : 2") == Texts{"2:1 an alias as a key; keys are words"});
}

TEST_CASE("one document") {
  CHECK(problems("a: 1\n---\nb: 2\n") == Texts{"2:1 a second document; a recipe is one document"});
  CHECK(problems("a: 1\n...\nb: 2\n") == Texts{"3:1 a second document; a recipe is one document"});
  CHECK(problems("- a\nb: 2\n") == Texts{"2:1 a second document; a recipe is one document"});
  CHECK(problems("%YAML 1.2\n---\na: 1\n...\n").empty());
  CHECK(problems("# nothing\n") == Texts{"1:1 nothing but white space and comments"});
}

TEST_CASE("no tags") {
  CHECK(problems("a: !!int 3\nb: ! x\nc: &k !t {d: 1}\ne: !!null\n") ==
        Texts{"1:4 the tag '!!int'; recipes have no tags", "2:4 the tag '!'; recipes have no tags",
              "3:7 the tag '!t'; recipes have no tags", "4:4 the tag '!!null'; recipes have no tags"});
}

TEST_CASE("bytes that are no text") {
  CHECK(problems("a: \xC3\xA9\xFF\n") == Texts{"1:5 byte 0xff is not UTF-8"});
  CHECK(problems("a: \xED\xA0\x80") == Texts{"1:4 byte 0xed is not UTF-8"});      // a surrogate
  CHECK(problems("a: \xC0\x80") == Texts{"1:4 byte 0xc0 is not UTF-8"});          // overlong
  CHECK(problems("a: \xF4\x90\x80\x80") == Texts{"1:4 byte 0xf4 is not UTF-8"});  // beyond U+10FFFF
  CHECK(problems("a: \xE2\x82") == Texts{"1:4 byte 0xe2 is not UTF-8"});          // cut off
  CHECK(problems(std::string("a: 1\nb: \0c", 10)) == Texts{"2:4 a NUL byte; a recipe is text"});
  CHECK(problems("a: \x01") == Texts{"1:4 the control character U+0001 cannot stand in YAML"});
  CHECK(problems("a: 1\rb: 2") == Texts{"1:5 a carriage return without a line feed"});
  CHECK(problems("\xEF\xBB\xBF"
                 "a: 1\r\nb: 2\r\n")
            .empty());
  CHECK(problems(std::string(5u << 20, '#')) == Texts{"1:1 the file has 5242880 bytes, a recipe has at most 4194304"});
}

TEST_CASE("a tab in the indentation is named where it stands") {
  CHECK(problems("a:\n\tb: 1\n").front() == "2:1 a tab in the indentation");
  CHECK(problems("a:\n  b: 1\n \tc: 1\n") == Texts{"3:2 a tab in the indentation"});
  CHECK(problems("a:\n\tx\n") == Texts{"2:1 a tab in the indentation"});
  CHECK(problems("-\ta: 1\n  b: 1") == Texts{"1:2 a tab in the indentation"});
  CHECK(problems("{\n\t\"a\":\t1\n}").empty());  // JSON may be indented as it likes
  CHECK(problems("a: x\ty\nb: |\n  \tc\n").empty());
}

TEST_CASE("aliases cannot blow up") {
  CHECK(problems("a: &x {b: [*x]}") == Texts{"1:12 this alias stands inside what it stands for"});
  CHECK(problems("a: *x") == Texts{"1:4 this alias names no anchor"});
  std::string bomb = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n";
  for (int i = 1; i < 8; ++i) {
    const std::string one = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) bomb += one + (k < 9 ? ", " : "]\n");
  }
  REQUIRE(problems(bomb).size() == 1);
  CHECK(problems(bomb)[0].find("more than 200000 values") != std::string::npos);
}

TEST_CASE("depth and width are bounded") {
  CHECK(problems(std::string(5000, '[') + std::string(5000, ']')) == Texts{"1:101 more than 100 levels deep"});
  std::string deep, keys;
  for (int i = 0; i < 500; ++i) deep += std::string(static_cast<size_t>(i), ' ') + "a:\n";
  REQUIRE(problems(deep).size() == 1);
  CHECK(problems(deep)[0].find("levels deep") != std::string::npos);
  for (int i = 0; i < 10001; ++i) keys += "k" + std::to_string(i) + ": 1\n";
  CHECK(problems(keys) == Texts{"10001:1 a map of more than 10000 keys"});
  CHECK(problems("a: [" + std::string(500000, ',') + "]").size() == 1);
}

TEST_CASE("what is not YAML is said in words") {
  CHECK(problems("a: \"b\nc: 1\n") == Texts{"1:4 this quote is never closed"});
  CHECK(problems("a: b: c") == Texts{"1:5 a ':' that begins no value here"});
  CHECK(problems("a: [1, 2\n") == Texts{"1:9 a '[' without its ']', or a missing ','"});
  CHECK(problems("a: @x") == Texts{"1:4 this character cannot begin a value; put the text in quotes"});
  CHECK(problems("a: [1]]") == Texts{"1:7 a closing bracket that was never opened"});
}
