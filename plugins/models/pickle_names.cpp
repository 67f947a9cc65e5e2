// PyTorch's names for types and for what rebuilds tensors.
#include "pickle_names.h"

#include <algorithm>
#include <iterator>

namespace models {
namespace {

struct Named {
  std::string_view storage, dtype;  // "" where PyTorch has none
  at::ScalarType type;
};

constexpr Named kTypes[] = {
    {"DoubleStorage", "float64", at::kDouble},
    {"DoubleStorage", "double", at::kDouble},
    {"FloatStorage", "float32", at::kFloat},
    {"FloatStorage", "float", at::kFloat},
    {"HalfStorage", "float16", at::kHalf},
    {"HalfStorage", "half", at::kHalf},
    {"BFloat16Storage", "bfloat16", at::kBFloat16},
    {"LongStorage", "int64", at::kLong},
    {"LongStorage", "long", at::kLong},
    {"IntStorage", "int32", at::kInt},
    {"IntStorage", "int", at::kInt},
    {"ShortStorage", "int16", at::kShort},
    {"ShortStorage", "short", at::kShort},
    {"CharStorage", "int8", at::kChar},
    {"ByteStorage", "uint8", at::kByte},
    {"BoolStorage", "bool", at::kBool},
    {"UntypedStorage", "", at::kByte},
    {"ComplexFloatStorage", "complex64", at::kComplexFloat},
    {"ComplexDoubleStorage", "complex128", at::kComplexDouble},
    {"", "uint16", at::kUInt16},
    {"", "uint32", at::kUInt32},
    {"", "uint64", at::kUInt64},
    {"", "float8_e4m3fn", at::kFloat8_e4m3fn},
    {"", "float8_e5m2", at::kFloat8_e5m2},
};

struct Callable {
  std::string_view module, name, text;
};

constexpr Callable kCallables[] = {
    {"collections", "OrderedDict", "collections.OrderedDict"},
    {"torch", "Size", "torch.Size"},
    {"torch", "device", "torch.device"},
    {"torch.jit._pickle", "build_boollist", "torch.jit._pickle.build_boollist"},
    {"torch.jit._pickle", "build_doublelist", "torch.jit._pickle.build_doublelist"},
    {"torch.jit._pickle", "build_intlist", "torch.jit._pickle.build_intlist"},
    {"torch.jit._pickle", "build_tensorlist", "torch.jit._pickle.build_tensorlist"},
    {"torch.jit._pickle", "restore_type_tag", "torch.jit._pickle.restore_type_tag"},
    {"torch._utils", "_rebuild_tensor", "torch._utils._rebuild_tensor"},
    {"torch._utils", "_rebuild_tensor_v2", "torch._utils._rebuild_tensor_v2"},
    {"torch._utils", "_rebuild_tensor_v3", "torch._utils._rebuild_tensor_v3"},
    {"torch._utils", "_rebuild_parameter", "torch._utils._rebuild_parameter"},
};

}  // namespace

PickleObject pickle_name(std::string_view module, std::string_view name) {
  PickleObject result;
  if (module == "torch" || module == "torch.storage")
    for (const Named& t : kTypes)
      if (!name.empty() && (name == t.storage || (name == t.dtype && module == "torch"))) {
        result.kind = name == t.storage ? PickleObject::Kind::global : PickleObject::Kind::dtype;
        result.type = t.type, result.text = "storage";
        return result;
      }
  const auto found = std::find_if(std::begin(kCallables), std::end(kCallables),
                                  [&](const Callable& c) { return c.module == module && c.name == name; });
  if (found != std::end(kCallables)) result.kind = PickleObject::Kind::global, result.text = found->text;
  return result;
}

}  // namespace models
