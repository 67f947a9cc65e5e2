// The program mase. Everything it does is in a library, so that tests reach it.
#include "cli/commands.h"
#include "log/crash.h"

int main(int argc, char** argv) {
  mase::report_crashes();
  return mase::cli::run_program(argc, argv);
}
