// Crashes. In the handler only what a signal handler may do: no allocation, no locks, write(2) alone.
#include "log/crash.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>

namespace mase {
namespace {

// One for the process: a crash in a thread that a component started is the component's, too.
std::atomic<const CrashPlace*> now{nullptr};

struct Name {
  int signal;
  std::string_view text;
};
constexpr Name kNames[] = {{SIGSEGV, "SIGSEGV (a bad address)"},
                           {SIGBUS, "SIGBUS (a bad address, or a file that became shorter)"},
                           {SIGFPE, "SIGFPE (a division by zero)"},
                           {SIGILL, "SIGILL (an instruction that this processor lacks)"},
                           {SIGABRT, "SIGABRT"}};

void put(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<size_t>(written));
  }
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kHasSanitizer = true;  // which reports better
#else
constexpr bool kHasSanitizer = false;
#endif

void on_crash(int signal) {
  write_crash(signal);
  ::raise(signal);  // held back until the handler returns, and then it kills: SA_RESETHAND
}

alignas(16) char stack[32768];  // the one that crashed may be full

}  // namespace

CrashPlace::CrashPlace(std::string_view component, std::string_view step)
    : component_(component), step_(step), outer_(now.load(std::memory_order_relaxed)) {
  now.store(this, std::memory_order_relaxed);
}
CrashPlace::~CrashPlace() { now.store(outer_, std::memory_order_relaxed); }

void write_crash(int signal) {
  put("error: mase crashed by ");
  for (const Name& name : kNames)
    if (name.signal == signal) put(name.text);
  const CrashPlace* place = now.load(std::memory_order_relaxed);
  while (place && place->component_.empty()) place = place->outer_;
  if (place) {
    put(" in ");
    put(place->component_);
    if (!place->step_.empty()) put(", step '"), put(place->step_), put("'");
    put(": a defect of its plugin or of what it uses");
  }
  put("\n");
}

void report_crashes() {
  if (kHasSanitizer) return;
  stack_t other = {};
  other.ss_sp = stack, other.ss_size = sizeof stack;
  sigaltstack(&other, nullptr);
  for (const Name& name : kNames) {
    struct sigaction action = {};
    action.sa_handler = on_crash;
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_ONSTACK);
    sigemptyset(&action.sa_mask);
    sigaction(name.signal, &action, nullptr);
  }
}

}  // namespace mase
