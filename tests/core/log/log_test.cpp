// Messages and the progress line.
#include "log/log.h"

#include <catch2/catch.hpp>

#include "log/progress.h"
#include "mase/error.h"
#include "support/scratch.h"

using Catch::Matchers::Contains;

TEST_CASE("the progress line says how much, how fast and how long still") {
  using mase::log::progress_text;
  CHECK(progress_text("formats", 120, 200, 3) == "formats  120/200  60%  40.0/s  2 s left");
  CHECK(progress_text("formats", 200, 200, 2) == "formats  200/200  100%  100/s");
  CHECK(progress_text("train", 1, 4, 20) == "train  1/4  25%  20.0 s each  1 min 0 s left");
  CHECK(progress_text("read", 7, 0, 1) == "read  7  7.0/s");
  CHECK(progress_text("read", 0, 9, 1) == "read  0/9  0%");
}

TEST_CASE("durations are read by people") {
  using mase::log::duration_text;
  CHECK(duration_text(0.4) == "0 s");
  CHECK(duration_text(59.4) == "59 s");
  CHECK(duration_text(200) == "3 min 20 s");
  CHECK(duration_text(7500) == "2 h 5 min");
}

TEST_CASE("a log file gets every level, with time, and is appended to") {
  const test::Scratch folder;
  mase::log::set_level(mase::log::Level::quiet);
  mase::log::open_file(folder.file("log.txt"));
  mase::log::detail("one {} percent % s");
  mase::log::info("two");
  mase::log::close_file();
  mase::log::info("not in the file");
  mase::log::open_file(folder.file("log.txt"));
  mase::log::info("three");
  mase::log::close_file();
  mase::log::set_level(mase::log::Level::normal);
  const std::string text = test::read_bytes(folder.file("log.txt"));
  CHECK_THAT(text, Contains("debug") && Contains("one {} percent % s\n") && Contains("two\n") && Contains("three\n"));
  CHECK_THAT(text, !Contains("not in the file"));
  CHECK(text.substr(4, 1) == "-");  // a date first
}

TEST_CASE("a log file that cannot be written is an error with its name") {
  CHECK_THROWS_WITH(mase::log::open_file("/proc/none/log.txt"), Contains("/proc/none/log.txt"));
}

TEST_CASE("a log on a full disk is given up, and what is logged is not") {
  mase::log::set_level(mase::log::Level::quiet);
  mase::log::open_file("/dev/full");
  CHECK_NOTHROW(mase::log::info("lost"));
  CHECK_NOTHROW(mase::log::info("lost as well"));
  mase::log::close_file();
  mase::log::set_level(mase::log::Level::normal);
}
