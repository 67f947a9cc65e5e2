// The dtypes of safetensors files.
#pragma once
#include <ATen/core/Tensor.h>

#include <string_view>

namespace mase {

struct StoredType {
  std::string_view name;
  at::ScalarType type;
  uint64_t exponent;  // the bits that are all set in infinities and NaN; 0: the type has none
};

inline constexpr StoredType kStoredTypes[] = {
    {"F64", at::kDouble, 0x7ff0000000000000},
    {"F32", at::kFloat, 0x7f800000},
    {"F16", at::kHalf, 0x7c00},
    {"BF16", at::kBFloat16, 0x7f80},
    {"I64", at::kLong, 0},
    {"I32", at::kInt, 0},
    {"I16", at::kShort, 0},
    {"I8", at::kChar, 0},
    {"U8", at::kByte, 0},
    {"BOOL", at::kBool, 0},
};

inline const StoredType* stored_type(std::string_view name) {
  for (const StoredType& t : kStoredTypes)
    if (t.name == name) return &t;
  return nullptr;
}

inline const StoredType* stored_type(at::ScalarType type) {
  for (const StoredType& t : kStoredTypes)
    if (t.type == type) return &t;
  return nullptr;
}

}  // namespace mase
