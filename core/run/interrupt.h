// Ctrl-C: the first one asks the run to stop at the next safe point, the second one kills.
#pragma once

namespace mase {

class InterruptGuard {
 public:
  InterruptGuard();   // from now on SIGINT and SIGTERM set the flag
  ~InterruptGuard();  // and no longer
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
};

bool interrupted();
void interrupt();  // as if Ctrl-C had been pressed
void clear_interrupt();

}  // namespace mase
