// Decoding the contents of ONNX tensors.
#include "onnx_tensor.h"

#include <ATen/ops/empty.h>

#include <cstring>
#include <limits>

#include "mase/text.h"
#include "onnx_wire.h"

namespace models::onnx {

namespace {

struct Type {
  const char* name;
  int bits;  // in the file; 0: no numbers that we compute with
  at::ScalarType as;
};

// By number.
const Type kTypes[] = {
    {"undefined", 0, at::kFloat},
    {"float32", 32, at::kFloat},
    {"uint8", 8, at::kByte},
    {"int8", 8, at::kChar},
    {"uint16", 16, at::kInt},
    {"int16", 16, at::kShort},
    {"int32", 32, at::kInt},
    {"int64", 64, at::kLong},
    {"string", 0, at::kFloat},
    {"bool", 8, at::kBool},
    {"float16", 16, at::kHalf},
    {"float64", 64, at::kDouble},
    {"uint32", 32, at::kLong},
    {"uint64", 64, at::kLong},
    {"complex64", 0, at::kFloat},
    {"complex128", 0, at::kFloat},
    {"bfloat16", 16, at::kBFloat16},
    {"float8e4m3fn", 8, at::kFloat8_e4m3fn},
    {"float8e4m3fnuz", 8, at::kFloat8_e4m3fnuz},
    {"float8e5m2", 8, at::kFloat8_e5m2},
    {"float8e5m2fnuz", 8, at::kFloat8_e5m2fnuz},
    {"uint4", 4, at::kByte},
    {"int4", 4, at::kChar},
    {"float4e2m1", 0, at::kFloat},
    {"float8e8m0", 0, at::kFloat},
    {"uint2", 2, at::kByte},
    {"int2", 2, at::kChar},
};

const Type* find(int type) {
  return type >= 0 && static_cast<size_t>(type) < std::size(kTypes) ? &kTypes[type] : nullptr;
}

const Type& known(int type) {
  const Type* t = find(type);
  if (!t || t->bits == 0)
    throw mase::Error(mase::format("its type is {}, which has no tensors here", type_name(type)), {},
                      "numbers and truth values can be read");
  return *t;
}

template <class T>
T load(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

// Two or four integers in each byte, the first in the lowest bits.
at::Tensor unpack(int type, std::string_view bytes, const mase::Shape& shape) {
  const Type& t = known(type);
  at::Tensor out = at::empty(shape, t.as);
  auto* to = static_cast<uint8_t*>(out.mutable_data_ptr());
  const int each = 8 / t.bits;
  const int mask = (1 << t.bits) - 1, top = t.as == at::kChar ? 1 << (t.bits - 1) : 0;
  for (int64_t i = 0, n = out.numel(); i < n; ++i) {
    const int code = static_cast<unsigned char>(bytes[static_cast<size_t>(i / each)]) >> (i % each * t.bits) & mask;
    to[i] = static_cast<uint8_t>((code ^ top) - top);
  }
  return out;
}

template <class From, class To>
at::Tensor widen(std::string_view bytes, const mase::Shape& shape, at::ScalarType as) {
  at::Tensor out = at::empty(shape, as);
  auto* to = static_cast<To*>(out.mutable_data_ptr());
  for (int64_t i = 0, n = out.numel(); i < n; ++i) {
    const From value = load<From>(bytes.data() + i * static_cast<int64_t>(sizeof(From)));
    if constexpr (std::is_same_v<From, uint64_t>)
      if (value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
        throw mase::Error("it holds a uint64 of 2^63 or more", {}, "numbers up to 2^63 - 1 can be read");
    to[i] = static_cast<To>(value);
  }
  return out;
}

at::Tensor decode_raw(int type, std::string_view bytes, const mase::Shape& shape) {
  expect_bytes(type, shape, bytes.size());
  if (known(type).bits < 8) return unpack(type, bytes, shape);
  if (type == kUint16) return widen<uint16_t, int32_t>(bytes, shape, at::kInt);
  if (type == kUint32) return widen<uint32_t, int64_t>(bytes, shape, at::kLong);
  if (type == kUint64) return widen<uint64_t, int64_t>(bytes, shape, at::kLong);
  at::Tensor out = at::empty(shape, known(type).as);
  if (!bytes.empty()) std::memcpy(out.mutable_data_ptr(), bytes.data(), bytes.size());
  return check_values(std::move(out));
}

// One number of int32_data, int64_data or uint64_data into the memory of a tensor.
void store(at::ScalarType as, void* memory, int64_t i, int type, uint64_t value) {
  const auto number = static_cast<int64_t>(value);
  switch (c10::elementSize(as)) {
    case 1:
      static_cast<uint8_t*>(memory)[i] = static_cast<uint8_t>(number);
      break;
    case 2:
      static_cast<uint16_t*>(memory)[i] = static_cast<uint16_t>(number);
      break;
    case 4:
      static_cast<uint32_t*>(memory)[i] = static_cast<uint32_t>(type == kUint16 ? number & 0xffff : number);
      break;
    default:
      static_cast<uint64_t*>(memory)[i] = static_cast<uint64_t>(type == kUint32 ? number & 0xffffffff : number);
  }
}

void expect_count(int64_t expected, uint64_t found) {
  if (static_cast<uint64_t>(expected) != found)
    throw mase::Error(mase::format("its shape has {} elements, but the file holds {}", expected, found));
}

// Which field holds a type's numbers when raw_data does not.
int typed_field(int type) {
  switch (type) {
    case kFloat:
      return 4;
    case kInt64:
      return 7;
    case kDouble:
      return 10;
    case kUint32:
    case kUint64:
      return 11;
    default:
      return 5;
  }
}

at::Tensor decode_numbers(int type, std::string_view bytes, const mase::Shape& shape) {
  const Type& t = known(type);
  const int64_t count = count_elements(shape);
  if (t.bits < 8) {
    std::string packed;
    while (!bytes.empty()) packed.push_back(static_cast<char>(read_varint(bytes)));
    expect_bytes(type, shape, packed.size());
    return unpack(type, packed, shape);
  }
  // Each number takes a byte or more: a shape that claims more elements than that is not believed.
  if (static_cast<uint64_t>(count) > bytes.size()) expect_count(count, bytes.size());
  at::Tensor out = at::empty(shape, t.as);
  void* const memory = out.mutable_data_ptr();
  int64_t i = 0;
  for (; !bytes.empty(); ++i) {
    const uint64_t value = read_varint(bytes);
    if (i < count) store(t.as, memory, i, type, value);
  }
  expect_count(count, static_cast<uint64_t>(i));
  return check_values(std::move(out));
}

template <class Numbers>
std::string varints(const Numbers& numbers) {
  std::string out;
  for (const auto number : numbers) {
    auto value = static_cast<uint64_t>(static_cast<int64_t>(number));
    for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
    out.push_back(static_cast<char>(value));
  }
  return out;
}

template <class Numbers>
std::string_view memory_of(const Numbers& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), static_cast<size_t>(numbers.size()) * sizeof(*numbers.data())};
}

}  // namespace

std::string type_name(int type) {
  const Type* t = find(type);
  return t ? t->name : mase::format("type {}", type);
}

at::ScalarType scalar_type(int type) { return known(type).as; }

int64_t count_elements(const mase::Shape& shape) {
  int64_t count = 1, reach = 16;  // bytes, with zeros taken as one: strides of empty tensors overflow too
  if (shape.size() > 64) throw mase::Error(mase::format("it has {} axes, expected at most 64", shape.size()));
  for (const int64_t n : shape) {
    if (n < 0) throw mase::Error(mase::format("it has a dimension of {}", n));
    if (__builtin_mul_overflow(reach, std::max<int64_t>(n, 1), &reach))
      throw mase::Error("its shape has more elements than 63 bits count");
    count *= n;
  }
  return count;
}

uint64_t stored_bytes(int type, const mase::Shape& shape) {
  const auto bits = static_cast<uint64_t>(known(type).bits), count = static_cast<uint64_t>(count_elements(shape));
  return bits < 8 ? count / (8 / bits) + (count % (8 / bits) != 0) : count * (bits / 8);
}

void expect_bytes(int type, const mase::Shape& shape, uint64_t found) {
  const uint64_t expected = stored_bytes(type, shape);
  if (found != expected)
    throw mase::Error(mase::format("its shape {} of {} needs {} bytes, but the file holds {}",
                                   mase::Value(shape).json(), type_name(type), expected, found));
}

bool stored_plainly(int field, int type) {
  if (field == kRawData) return known(type).bits >= 8 && type != kUint16 && type != kUint32 && type != kUint64;
  return (field == 4 && type == kFloat) || (field == 10 && type == kDouble);
}

at::Tensor decode_bytes(int field, int type, std::string_view bytes, const mase::Shape& shape) {
  if (field == kRawData) return decode_raw(type, bytes, shape);
  known(type);
  if (field != typed_field(type))
    throw mase::Error(mase::format("its type is {}, but its contents are of another type", type_name(type)));
  if (field == 4 || field == 10) return decode_raw(type, bytes, shape);
  return decode_numbers(type, bytes, shape);
}

at::Tensor decode_message(const proto::TensorProto& t, const mase::Shape& shape) {
  const int type = t.data_type();
  known(type);
  if (t.has_raw_data()) return decode_raw(type, t.raw_data(), shape);
  switch (typed_field(type)) {
    case 4:
      return decode_raw(type, memory_of(t.float_data()), shape);
    case 7:
      return decode_numbers(type, varints(t.int64_data()), shape);
    case 10:
      return decode_raw(type, memory_of(t.double_data()), shape);
    case 11:
      return decode_numbers(type, varints(t.uint64_data()), shape);
    default:
      return decode_numbers(type, varints(t.int32_data()), shape);
  }
}

at::Tensor check_values(at::Tensor tensor) {
  if (tensor.scalar_type() != at::kBool) return tensor;
  const auto* bytes = static_cast<const uint8_t*>(tensor.const_data_ptr());
  for (int64_t i = 0, n = tensor.numel(); i < n; ++i)
    if (bytes[i] > 1) throw mase::Error("it holds truth values other than 0 and 1");
  return tensor;
}

}  // namespace models::onnx
