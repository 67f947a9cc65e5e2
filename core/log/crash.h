// Crashes: a line that says where, before the process dies as it would have.
#pragma once
#include <string_view>

namespace mase {

// What is running now: a component, and the step it stands in ("": none). The texts are borrowed until the end.
class CrashPlace {
 public:
  CrashPlace(std::string_view component, std::string_view step);
  ~CrashPlace();
  CrashPlace(const CrashPlace&) = delete;
  CrashPlace& operator=(const CrashPlace&) = delete;

 private:
  std::string_view component_, step_;
  const CrashPlace* outer_;
  friend void write_crash(int signal);
};

// From now on SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT are reported on standard error first.
void report_crashes();
void write_crash(int signal);  // that line

}  // namespace mase
