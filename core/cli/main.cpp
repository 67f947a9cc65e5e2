// The program mase. Everything it does is in a library, so that tests reach it.
#include "cli/commands.h"

int main(int argc, char** argv) { return mase::cli::run_program(argc, argv); }
