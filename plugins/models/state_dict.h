// Tensors by name, from whatever file PyTorch's users keep them in.
#pragma once
#include "mase/safetensors.h"

namespace models {

// Recognised by content: safetensors, and .pt/.pth files of torch.save. Of a .pt file that holds more than a state
// dict, the entry "state_dict", "model_state_dict" or "model" is taken, else the only one with tensors; entries that
// are no tensors are left out. No two tensors share memory that one of them could write.
mase::NamedTensors read_state_dict(const std::string& file);

}  // namespace models
