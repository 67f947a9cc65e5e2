// Operators outside of ATen, which a plugin brings.
#pragma once
#include "aten.h"

namespace models {

// The operator component for "torch.ops.acme.add_constant.default", which is acme.add_constant; nullptr when there is
// none.
const mase::ComponentInfo* plugin_operator(ImportBuilder& builder, const std::string& target);

// Runs it: tensors are its inputs in the order of the call, the last ones its parameters; the rest are fields by name.
AtenValues run_plugin_operator(const mase::ComponentInfo& info, const AtenCall& call,
                               const std::vector<std::string>& order);

}  // namespace models
