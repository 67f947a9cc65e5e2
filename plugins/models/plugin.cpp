// Table of contents of the models plugin.
#include "mase/plugin.h"
#include "register.h"

MASE_PLUGIN("models", "0.1.0", "Networks: built in, written in the recipe, and saved by earlier runs") {
  models::register_jsc(r);
  models::register_lenet(r);
  models::register_mlp(r);
  models::register_onnx(r);
  models::register_saved(r);
  models::register_sequential(r);
  models::register_torch_export(r);
  models::register_torchscript(r);
}
