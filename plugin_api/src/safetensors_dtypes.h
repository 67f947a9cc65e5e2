// The dtypes of safetensors files.
#pragma once
#include <ATen/core/Tensor.h>

#include <string_view>

namespace mase {

struct StoredType {
  std::string_view name;
  at::ScalarType type;
};

inline constexpr StoredType kStoredTypes[] = {
    {"F64", at::kDouble}, {"F32", at::kFloat}, {"F16", at::kHalf}, {"BF16", at::kBFloat16}, {"I64", at::kLong},
    {"I32", at::kInt},    {"I16", at::kShort}, {"I8", at::kChar},  {"U8", at::kByte},       {"BOOL", at::kBool},
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
