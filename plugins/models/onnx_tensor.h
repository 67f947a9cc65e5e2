// How ONNX files store the contents of tensors.
#pragma once
#include <string_view>

#include "onnx_file.h"

namespace models::onnx {

inline constexpr int kRawData = 9;  // TensorProto.raw_data

// Bytes that raw_data of this type and shape has.
uint64_t stored_bytes(int type, const mase::Shape& shape);
// Error unless raw_data has exactly these many.
void expect_bytes(int type, const mase::Shape& shape, uint64_t found);
// Whether the bytes of the field are the tensor's memory as it is.
bool stored_plainly(int field, int type);
// The tensor that the bytes of raw_data, int32_data, int64_data, ... stand for.
at::Tensor decode_bytes(int field, int type, std::string_view bytes, const mase::Shape& shape);
// The same out of a parsed message.
at::Tensor decode_message(const proto::TensorProto& t, const mase::Shape& shape);
// The tensor itself; Error for truth values that are neither 0 nor 1.
at::Tensor check_values(at::Tensor tensor);

}  // namespace models::onnx
