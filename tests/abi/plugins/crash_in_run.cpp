// A pass that follows a null pointer when it runs.
#include "mase/pass.h"
#include "mase/plugin.h"

namespace {

struct Fall final : mase::Pass {
  void run(mase::Graph&, mase::Context&) override {
    volatile int* volatile nowhere = nullptr;
    *nowhere = 1;
  }
};

}  // namespace

MASE_PLUGIN("crash_in_run", "1.0.0", "Crashes when it runs") { r.add<Fall>("crash_in_run.fall", "Fall into a hole"); }
