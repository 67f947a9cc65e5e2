// One registration function per file, so that a component's class stays in its own file.
#pragma once
#include "mase/component.h"

namespace data {

void register_cifar(mase::Registrar& r);
void register_csv(mase::Registrar& r);
void register_digits(mase::Registrar& r);
void register_hdf5(mase::Registrar& r);
void register_idx(mase::Registrar& r);
void register_npy(mase::Registrar& r);
void register_npz(mase::Registrar& r);
void register_toy(mase::Registrar& r);

}  // namespace data
