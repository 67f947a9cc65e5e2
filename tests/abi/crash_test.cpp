// A plugin that crashes while it runs: the program dies of it, but says whose doing it was.
#include <catch2/catch.hpp>
#include <csignal>

#include "cli/process.h"
#include "support/scratch.h"

using Catch::Matchers::Contains;

TEST_CASE("a crash names the component and the step") {
#ifdef __SANITIZE_ADDRESS__
  WARN("SKIP: the sanitizer reports crashes itself");
#else
  const test::Scratch folder;
  std::filesystem::create_directory(folder.file("plugins"));
  std::filesystem::copy_file(test::built("tests/abi_plugins/crash_in_run.so"), folder.file("plugins/crash_in_run.so"));
  const std::string recipe = folder.write("r.yaml",
                                          "mase: 1\nmodel: {use: models.mlp, with: {layers: [2, 2]}}\nsteps:\n"
                                          "  - {use: crash_in_run.fall, name: hole}\n");
  const auto r = mase::cli::run_process(
      {test::built("bin/mase"), "run", recipe, "--out", folder.file("run"), "--plugins", folder.file("plugins")}, 120);
  CHECK(r.signal == SIGSEGV);
  CHECK_THAT(r.output, Contains("error: mase crashed by SIGSEGV") && Contains("crash_in_run.fall, step 'hole'"));
#endif
}
