// Ctrl-C: a flag that signal handlers may touch. SA_RESETHAND gives the second signal back its deadly meaning.
#include "run/interrupt.h"

#include <signal.h>

namespace mase {
namespace {

volatile sig_atomic_t flag = 0;
struct sigaction before_int, before_term;

void on_signal(int) { flag = 1; }

}  // namespace

InterruptGuard::InterruptGuard() {
  flag = 0;
  struct sigaction action = {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESETHAND | SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &before_int);
  sigaction(SIGTERM, &action, &before_term);
}

InterruptGuard::~InterruptGuard() {
  sigaction(SIGINT, &before_int, nullptr);
  sigaction(SIGTERM, &before_term, nullptr);
}

bool interrupted() { return flag != 0; }
void interrupt() { flag = 1; }
void clear_interrupt() { flag = 0; }

}  // namespace mase
