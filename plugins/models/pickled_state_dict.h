// From a pickle's descriptions of tensors to tensors by name.
#pragma once
#include <functional>

#include "mase/safetensors.h"
#include "pickle.h"

namespace models {

// All elements of a storage in one dimension, taken as this type.
using LoadStorage = std::function<at::Tensor(const PickleObject& storage, at::ScalarType type)>;

// `file_bytes` bounds what copies of tensors with gaps between their elements may take.
mase::NamedTensors pickled_state_dict(const Pickle& pickle, const LoadStorage& load, uint64_t file_bytes,
                                      mase::Loc place);

}  // namespace models
