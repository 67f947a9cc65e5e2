// The learning rate as a function of the step alone, so that a resumed run needs no state for it.
#pragma once
#include "config.h"

namespace train {

// `step` counts from 0 to `total` - 1; an epoch has `steps_per_epoch`.
double learning_rate(const Config& config, int64_t step, int64_t total, int64_t steps_per_epoch);

}  // namespace train
