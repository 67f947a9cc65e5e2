// Registration, one function per component.
#pragma once
#include "mase/component.h"

namespace train {

void register_fit(mase::Registrar& r);

}  // namespace train
