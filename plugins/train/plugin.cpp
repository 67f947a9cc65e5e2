// Table of contents of the train plugin.
#include "mase/plugin.h"
#include "register.h"

MASE_PLUGIN("train", "0.1.0", "Training: optimizers, schedules, checkpoints") { train::register_fit(r); }
