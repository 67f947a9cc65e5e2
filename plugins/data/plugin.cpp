// Table of contents of the data plugin.
#include "mase/plugin.h"
#include "register.h"

MASE_PLUGIN("data", "0.1.0", "Data sets: built in, from files in common formats, and generated") {
  data::register_cifar(r);
  data::register_csv(r);
  data::register_digits(r);
  data::register_hdf5(r);
  data::register_idx(r);
  data::register_npy(r);
  data::register_npz(r);
  data::register_toy(r);
}
