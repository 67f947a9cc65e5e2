// mase check-plugin --load: survives what crashes or hangs, and says so.
#include <catch2/catch.hpp>

#include "cli/process.h"
#include "support/scratch.h"

using Catch::Matchers::Contains;

namespace {

mase::cli::ProcessResult check_plugin(const std::string& name, const std::vector<std::string>& more) {
  std::vector<std::string> arguments{test::built("bin/mase"), "check-plugin",
                                     test::built("tests/abi_plugins/" + name + ".so")};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return mase::cli::run_process(arguments, 60);
}

}  // namespace

TEST_CASE("check-plugin speaks from the file alone unless told to load") {
  const auto fine = check_plugin("crashes", {});
  CHECK(fine.status == 0);
  CHECK_THAT(fine.output, Contains("fine") && Contains("mase_abi:"));
  const auto other = check_plugin("other_torch", {"--load"});
  CHECK(other.status == 2);
  CHECK_THAT(other.output, Contains("built for another mase: LibTorch 9.9"));
}

TEST_CASE("check-plugin --load lists what a good plugin registers") {
  const auto good = check_plugin("good", {"--load"});
  CHECK(good.status == 0);
  CHECK_THAT(good.output, Contains("good.thing (thing)"));
  CHECK_THAT(check_plugin("good", {"--load", "--json"}).output, Contains("\"ok\": true"));
}

TEST_CASE("check-plugin --load survives a crash, a hang and a throw") {
  const auto crash = check_plugin("crashes", {"--load"});
  CHECK(crash.status == 2);
  CHECK_THAT(crash.output, Contains("crashes while it is loaded: Segmentation fault (signal 11)"));
  const auto hang = check_plugin("hangs", {"--load"});
  CHECK(hang.status == 2);
  CHECK_THAT(hang.output, Contains("hangs: not loaded within 10 s"));
  const auto thrown = check_plugin("throws", {"--load"});
  CHECK(thrown.status == 2);
  CHECK_THAT(thrown.output, Contains("the table of contents is torn"));
  const auto missing = check_plugin("missing_symbol", {"--load", "--json"});
  CHECK(missing.status == 2);
  CHECK_THAT(missing.output, Contains("\"ok\": false") && Contains("acme::scan"));
}
