// The few names that a pickle may ask for.
#pragma once
#include <string_view>

#include "pickle.h"

namespace models {

// A dtype, a storage class or a function of PyTorch, as an object of kind dtype or global; kind none for any other.
PickleObject pickle_name(std::string_view module, std::string_view name);

}  // namespace models
