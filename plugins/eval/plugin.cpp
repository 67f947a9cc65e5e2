// Table of contents of the eval plugin.
#include "mase/plugin.h"
#include "register.h"

MASE_PLUGIN("eval", "0.1.0", "Evaluation: accuracy, loss, latency, difference from a reference") {
  eval::register_accuracy(r);
  eval::register_difference(r);
  eval::register_latency(r);
  eval::register_loss(r);
}
