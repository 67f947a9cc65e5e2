// Registration, one function per component.
#pragma once
#include "mase/component.h"

namespace eval {

void register_accuracy(mase::Registrar& r);
void register_difference(mase::Registrar& r);
void register_latency(mase::Registrar& r);
void register_loss(mase::Registrar& r);

}  // namespace eval
