// One registration function per file, so that a component's class stays in its own file.
#pragma once
#include "mase/component.h"

namespace models {

void register_jsc(mase::Registrar& r);
void register_lenet(mase::Registrar& r);
void register_mlp(mase::Registrar& r);
void register_onnx(mase::Registrar& r);
void register_saved(mase::Registrar& r);
void register_sequential(mase::Registrar& r);
void register_torch_export(mase::Registrar& r);
void register_torchscript(mase::Registrar& r);

}  // namespace models
