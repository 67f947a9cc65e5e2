// A child process with a time limit, whose output is collected; it may crash or hang without harm.
#pragma once
#include <string>
#include <vector>

namespace mase::cli {

struct ProcessResult {
  int status = -1;  // exit status; -1 when it did not exit by itself
  int signal = 0;   // the signal that ended it
  bool timed_out = false;
  std::string output;  // stdout and stderr as they came, at most some megabytes
};

// Runs `arguments` (the first is the program's file) with nothing on its standard input. Whatever it leaves
// running is killed with it. Throws Error when it cannot be started.
ProcessResult run_process(const std::vector<std::string>& arguments, double seconds);

// The file of the running program.
std::string own_program();

}  // namespace mase::cli
