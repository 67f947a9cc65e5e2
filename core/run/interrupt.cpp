// Ctrl-C: a flag that signal handlers may touch. SA_RESETHAND gives a second Ctrl-C back its deadly meaning.
#include "run/interrupt.h"

#include <signal.h>

#include <iterator>

namespace mase {
namespace {

volatile sig_atomic_t flag = 0, number = 0;

void on_signal(int signal) {
  number = signal;
  flag = 1;
}
// A handler, not SIG_IGN, which programs that a step starts would inherit.
void on_closed_pipe(int) {}

struct Handled {
  int signal;
  void (*handler)(int);
  unsigned flags;
};
// A terminal that is closed may say so twice, once itself and once by its shell: no reason to die half-way.
constexpr Handled kHandled[] = {{SIGINT, on_signal, SA_RESETHAND | SA_RESTART},
                                {SIGTERM, on_signal, SA_RESETHAND | SA_RESTART},
                                {SIGHUP, on_signal, SA_RESTART},
                                {SIGPIPE, on_closed_pipe, SA_RESTART}};
struct sigaction before[std::size(kHandled)];

}  // namespace

InterruptGuard::InterruptGuard() {
  clear_interrupt();
  for (size_t i = 0; i < std::size(kHandled); ++i) {
    struct sigaction action = {};
    action.sa_handler = kHandled[i].handler;
    action.sa_flags = static_cast<int>(kHandled[i].flags);
    sigemptyset(&action.sa_mask);
    sigaction(kHandled[i].signal, &action, &before[i]);
    const bool ignored = before[i].sa_handler == SIG_IGN;  // nohup
    if (ignored && kHandled[i].signal == SIGHUP) sigaction(SIGHUP, &before[i], nullptr);
  }
}

InterruptGuard::~InterruptGuard() {
  for (size_t i = 0; i < std::size(kHandled); ++i) sigaction(kHandled[i].signal, &before[i], nullptr);
}

bool interrupted() { return flag != 0; }
int interrupt_status() { return 128 + (number ? number : SIGINT); }
void interrupt() { flag = 1; }
void clear_interrupt() {
  flag = 0;
  number = 0;
}

}  // namespace mase
