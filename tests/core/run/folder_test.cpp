// Run folders: one run at a time, and what a run may take for its own.
#include "run/folder.h"

#include <catch2/catch.hpp>

#include "run/lock.h"
#include "toy.h"

using namespace mase;

TEST_CASE("a folder is locked for one run, and free again when that is gone") {
  test::TempDir place;
  const std::string folder = place / "run";
  FolderLock second;
  {
    FolderLock first;
    REQUIRE(first.take(folder));
    CHECK_FALSE(second.take(folder));
    CHECK(first.take(place / "other"));  // and lets go of the folder before
    CHECK(second.take(folder));
  }
  FolderLock third;
  CHECK_FALSE(third.take(folder));
  CHECK(third.take(place / "other"));
}

TEST_CASE("a run into a folder that another one holds is refused, one into what a killed run left is not") {
  test::TempDir place;
  {
    FolderLock other;
    REQUIRE(other.take(place / "out"));
    CHECK(toy::run(place, toy::recipe("  - use: toy.sum\n")).status == 2);
    CHECK_FALSE(std::filesystem::exists(place / "out/run.json"));
  }
  check_run_folder(place / "out");  // holds the lock's file alone
  CHECK(toy::run(place, toy::recipe("  - use: toy.sum\n")).status == 0);
}

TEST_CASE("the places of a run are those that it wrote") {
  test::TempDir place;
  const auto r = toy::run(place, toy::recipe("  - {use: toy.sum, name: first}\n"));
  test::write(place / "out/mine.txt", "kept");
  const auto places = places_of_run(r.out);
  const auto has = [&](const char* name) { return std::count(places.begin(), places.end(), r.out + name) == 1; };
  CHECK((has("/model") && has("/log.txt") && has("/first")));
  CHECK_FALSE((has("/mine.txt") || has("/run.json")));
}
