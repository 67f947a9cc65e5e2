// safetensors files: what PyTorch state dicts are shared in, and what a saved graph keeps its tensors in.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "mase/tensor.h"

namespace mase {

using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

// The tensors of a file in the order of its header, copied out of it. Error with one sentence for everything that is
// inconsistent: lengths, bounds, overlaps, dtypes, and weights that are not finite.
NamedTensors read_safetensors(const std::string& file);

// Written to a temporary name and renamed.
void write_safetensors(const std::string& file, const NamedTensors& tensors);

}  // namespace mase
