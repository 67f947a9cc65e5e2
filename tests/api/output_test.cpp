// Whole files, CSV rows and text tables.
#include "mase/output.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "support/fake_context.h"

using namespace mase;

TEST_CASE("write_file leaves a whole file, or an error and none") {
  const test::TempDir folder;
  write_file(folder / "a.txt", "one");
  write_file(folder / "a.txt", "two");
  std::ifstream in(folder / "a.txt");
  std::string text;
  in >> text;
  CHECK(text == "two");
  CHECK_FALSE(std::filesystem::exists(folder / "a.txt.tmp"));
  CHECK(test::message([&] { write_file(folder / "absent/a.txt", "x"); }).find("cannot write") != std::string::npos);
  std::filesystem::create_directories(folder / "taken.txt/full");  // a name that nothing can be renamed to
  CHECK(test::message([&] { write_file(folder / "taken.txt", "x"); }).find("taken.txt") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(folder / "taken.txt.tmp"));
}

TEST_CASE("csv_row quotes what needs it") {
  CHECK(csv_row({"a", 1, 2.5, true, nullptr}) == "a,1,2.5,true,\n");
  CHECK(csv_row({"a,b", "say \"x\"", "two\nlines"}) == "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\"\n");
  CHECK(csv_row({Value(List{1, 2})}) == "\"[1,2]\"\n");
}

TEST_CASE("table_text aligns numbers to the right and text to the left") {
  CHECK(table_text({{"name", "n"}, {"a", "5"}, {"äöü", "10"}}) ==
        "name   n\n"
        "----  --\n"
        "a      5\n"
        "äöü   10\n");
  CHECK(table_text({{"short", "x"}, {"row"}}) == "short  x\n-----  -\nrow\n");
  CHECK(table_text({}).empty());
}
