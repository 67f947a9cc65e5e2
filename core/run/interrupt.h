// Ctrl-C: the first one asks the run to stop at the next safe point, the second one kills. So does SIGTERM; a terminal
// that is closed (SIGHUP) asks as well, and one that no longer reads (SIGPIPE) stops nothing.
#pragma once

namespace mase {

class InterruptGuard {
 public:
  InterruptGuard();   // from now on SIGINT, SIGTERM and SIGHUP set the flag
  ~InterruptGuard();  // and no longer
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
};

bool interrupted();
int interrupt_status();  // the exit status of what was interrupted: 128 and the signal, 130 for Ctrl-C
void interrupt();        // as if Ctrl-C had been pressed
void clear_interrupt();

}  // namespace mase
