// The built program, run with arguments.
#pragma once
#include "cli/process.h"
#include "support/fake_context.h"
#include "support/scratch.h"

namespace test {

inline mase::cli::ProcessResult mase_program(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), built("bin/mase"));
  return mase::cli::run_process(arguments, 120);
}

}  // namespace test
