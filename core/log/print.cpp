// Printing that notices when nobody gets it: a script that reads half an answer must not take it for the whole.
#include "log/print.h"

#include <stdio_ext.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include "mase/text.h"

namespace mase {

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) return;
  const int why = errno;
  ::__fpurge(stdout);  // or the end of the program would try again
  throw std::runtime_error(format("cannot write to stdout: {}", std::strerror(why)));
}

std::string counted(int64_t count, std::string_view what) {
  return format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace mase
